// Emulated guests on few processors: machines of one test run side by side, tests do not.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
