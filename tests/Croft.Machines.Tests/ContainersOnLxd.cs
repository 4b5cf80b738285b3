namespace Croft.Machines.Tests;

public sealed class ContainersOnLxd() : ContainersOnAHost("LXD");
