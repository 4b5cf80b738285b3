namespace Croft.Planning;

/// <summary>Which of QEMU's processor models lack what today's distributions were compiled for.</summary>
static class OldProcessors
{
    static readonly string[] FirstLevel =
    [
        "qemu64",
        "qemu32",
        "kvm64",
        "kvm32",
        "core2duo",
        "coreduo",
        "Conroe",
        "Penryn",
        "phenom",
        "athlon",
        "Opteron_G1",
        "Opteron_G2",
        "Opteron_G3",
        "pentium",
        "486",
    ];

    static readonly string[] SecondLevel =
    [
        "Nehalem",
        "Westmere",
        "SandyBridge",
        "IvyBridge",
        "Opteron_G4",
        "Opteron_G5",
        "Denverton",
        "Snowridge",
    ];

    /// <summary>
    /// Whether a model is known to be older than a level such as <c>x86-64-v2</c>. Versions such as <c>-IBRS</c> do not matter.
    /// </summary>
    public static bool IsOlder(string model, string level) => Is(FirstLevel, model) || (level == "x86-64-v3" && Is(SecondLevel, model));

    static bool Is(string[] models, string model) =>
        models.Any(known => model == known || model.StartsWith(known + "-", StringComparison.Ordinal));
}
