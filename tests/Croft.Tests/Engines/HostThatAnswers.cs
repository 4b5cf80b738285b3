using System.Reflection;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

/// <summary>A libvirt host of which only a few answers matter.</summary>
static class HostThatAnswers
{
    public static ILibvirtHost Make(Func<string, object?[], object?> answer)
    {
        var host = DispatchProxy.Create<ILibvirtHost, Answers>();
        ((Answers)(object)host).Answer = answer;
        return host;
    }

#pragma warning disable CA1852 // proxies are made by inheritance
    public class Answers : DispatchProxy
#pragma warning restore CA1852
    {
        public Func<string, object?[], object?> Answer { get; set; } = (_, _) => null;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!.Name, args ?? []);
    }
}
