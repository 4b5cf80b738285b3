using Croft.Engines;

namespace Croft.Testing;

sealed partial class SimulatedClock
{
    /// <summary>
    /// The one thread of a program. What the program hands to the thread pool, reading a file for instance, takes no simulated time: the
    /// loop waits until the
    /// pool is at rest before it says that nothing is left to do.
    /// </summary>
    sealed class Loop : SynchronizationContext
    {
        /// <summary>Others may keep the pool busy, too. They are waited for once.</summary>
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        /// <summary>A thread of the pool that has just finished is at rest after some of these.</summary>
        const int Spins = 200;

        readonly Queue<(SendOrPostCallback Act, object? State)> left = new();
        int others;
        bool ended;

        public bool IsKilled { get; private set; }

        public void Kill()
        {
            IsKilled = true;
            End();
        }

        public override void Post(SendOrPostCallback d, object? state)
        {
            lock (left)
            {
                if (ended)
                    return;
                left.Enqueue((d, state));
                Monitor.Pulse(left);
            }
        }

        public override SynchronizationContext CreateCopy() => this;

        /// <summary>Does the next piece of work; false when none is left.</summary>
        public bool TryStep()
        {
            if (!TryTake(out var next) && (!IsBusy() || !TryAwait(out next)))
                return TryTakeAndDo();
            next.Act(next.State);
            return true;
        }

        /// <summary>Before a program is said to wait for ever: on a busy machine the pool may be late.</summary>
        public bool TryStepLate()
        {
            lock (left)
            {
                if (left.Count == 0)
                    Monitor.Wait(left, TimeSpan.FromSeconds(20));
            }

            return TryTakeAndDo();
        }

        /// <summary>What is posted from now on is forgotten.</summary>
        public void End()
        {
            lock (left)
                ended = true;
        }

        /// <summary>Once more: the pool may have finished something between the two looks.</summary>
        bool TryTakeAndDo()
        {
            if (!TryTake(out var next))
                return false;
            next.Act(next.State);
            return true;
        }

        bool TryTake(out (SendOrPostCallback Act, object? State) next)
        {
            lock (left)
                return left.TryDequeue(out next);
        }

        bool TryAwait(out (SendOrPostCallback Act, object? State) next)
        {
            var start = System.GetTimestamp();
            for (var looks = 0; IsBusy(); looks++)
            {
                if (TryTake(out next))
                    return true;
                if (System.GetElapsedTime(start) > Patience)
                {
                    others = Busy();
                    break;
                }

                if (looks < Spins)
                    Thread.SpinWait(20);
                else
                    AwaitPost();
            }

            next = default;
            return false;
        }

        void AwaitPost()
        {
            lock (left)
            {
                if (left.Count == 0)
                    Monitor.Wait(left, 1);
            }
        }

        bool IsBusy()
        {
            var busy = Busy();
            others = Math.Min(others, busy);
            return ThreadPool.PendingWorkItemCount > 0 || busy > others;
        }

        static int Busy()
        {
            ThreadPool.GetMaxThreads(out var most, out _);
            ThreadPool.GetAvailableThreads(out var free, out _);
            return most - free;
        }
    }
}
