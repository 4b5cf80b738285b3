using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Croft.Farms;
using Croft.Libvirt;
using Croft.Tests.Farms;

namespace Croft.Tests.Architecture;

/// <summary>
/// What others may build on, approved in a file: <c>CROFT_APPROVE=1</c> writes it anew, and the change is then seen in review.
/// </summary>
public sealed class PublicSurface
{
    static readonly string[] OfEveryRecord =
    [
        "Equals",
        "GetHashCode",
        "ToString",
        "<Clone>$",
        "Deconstruct",
        "op_Equality",
        "op_Inequality",
        "PrintMembers",
    ];

    [Fact]
    public void OfTheLibraryIsApproved() => Approve("Croft.txt", typeof(Farm).Assembly);

    [Fact]
    public void OfTheBindingIsApproved() => Approve("Croft.Libvirt.txt", typeof(LibvirtConnection).Assembly);

    static void Approve(string name, Assembly assembly)
    {
        var file = Path.Combine(Repository.Root, "tests/Croft.Tests/Architecture", name);
        var text = Text(assembly);
        if (Environment.GetEnvironmentVariable("CROFT_APPROVE") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", text);
    }

    static string Text(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName!.Replace('+', '.')).Append(Bases(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.BaseType == typeof(MulticastDelegate) ? "delegate"
        : (
            type.IsAbstract && type.IsSealed ? "static "
            : type.IsAbstract ? "abstract "
            : type.IsSealed && !type.IsValueType ? "sealed "
            : ""
        )
            + (
                type.GetMethod("<Clone>$") is not null ? "record"
                : type.IsValueType ? "struct"
                : "class"
            );

    static string Bases(Type type)
    {
        var bases = type.GetInterfaces()
            .Where(i => i.IsPublic && !i.Name.StartsWith("IEquatable", StringComparison.Ordinal) && !type.IsEnum)
            .Select(Name)
            .Order(StringComparer.Ordinal);
        var all = (
            type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) && b != typeof(MulticastDelegate)
                ? [Name(b)]
                : Array.Empty<string>()
        )
            .Concat(bases)
            .ToList();
        return all.Count == 0 ? "" : " : " + string.Join(", ", all);
    }

    static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
            return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n))}");
        var isRecord = type.GetMethod("<Clone>$") is not null;
        var constructors = type.GetConstructors(Declared)
            .Where(c => Seen(c) && !(isRecord && c.GetParameters() is [var p] && p.ParameterType == type))
            .Select(c => $"{type.Name}({Parameters(c)})");
        var properties = type.GetProperties(Declared)
            .Where(p => p.Name != "EqualityContract" && p.GetAccessors(true).Any(Seen))
            .Select(p =>
                $"{Static(p.GetAccessors(true)[0])}{Name(p.PropertyType)} {p.Name} {{ {(p.GetMethod is { } g && Seen(g) ? "get; " : "")}{(p.SetMethod is { } s && Seen(s) ? (s.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ") : "")}}}"
            );
        var methods = type.GetMethods(Declared)
            .Where(m =>
                Seen(m)
                && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))
                && !(isRecord && OfEveryRecord.Contains(m.Name))
            )
            .Select(m =>
                $"{Static(m)}{Name(m.ReturnType)} {m.Name}{(m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "")}({Parameters(m)})"
            );
        var fields = type.GetFields(Declared)
            .Where(f => f.IsPublic)
            .Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}");
        var events = type.GetEvents(Declared).Where(e => Seen(e.AddMethod!)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}");
        return constructors.Concat(properties).Concat(methods).Concat(fields).Concat(events);
    }

    static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    static string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method
                .GetParameters()
                .Select(p =>
                    $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "")}{Name(p.ParameterType.IsByRef ? p.ParameterType.GetElementType()! : p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"
                )
        );

    static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? Name(inner) + "?"
        : type.IsArray ? Name(type.GetElementType()!) + "[]"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
