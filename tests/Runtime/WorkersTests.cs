using NUnit.Framework;

namespace GpuNet.Tests.Runtime;

public sealed class WorkersTests
{
    [Test]
    public void Every_part_runs_once_in_every_region([Values(1, 2, 3, 8)] int threads, [Values(2, 3, 17)] int parts)
    {
        using var workers = new Workers(threads);
        var runs = new int[parts];
        Action<int> body = part => runs[part]++;
        for (int region = 1; region <= 5000; region++)
        {
            workers.Run(parts, body);
            Assert.That(runs, Is.All.EqualTo(region));
        }
    }

    [Test]
    public void Regions_of_changing_size_and_body_never_mix()
    {
        using var workers = new Workers(3);
        var seen = new int[40];
        for (int region = 0; region < 20_000; region++)
        {
            int parts = 1 + (region * 7 % seen.Length), mark = region + 1;
            workers.Run(parts, part => seen[part] = mark);
            for (int part = 0; part < parts; part++)
            {
                if (seen[part] != mark)
                    Assert.Fail($"region {region}: part {part} holds {seen[part]}");
            }
        }
    }

    [Test]
    public void Threads_that_parked_come_back()
    {
        using var workers = new Workers(2);
        using var both = new Barrier(2);
        for (int region = 0; region < 20; region++)
        {
            Thread.Sleep(3);
            // Neither part ends before the other has begun, so each needs a thread of its own.
            workers.Run(2, _ => Assert.That(both.SignalAndWait(TimeSpan.FromSeconds(30))));
        }
    }

    [Test]
    public void The_first_exception_is_thrown_to_the_caller_and_the_next_region_runs()
    {
        using var workers = new Workers(2);
        for (int round = 0; round < 200; round++)
        {
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(
                () => workers.Run(8, part => throw new InvalidOperationException($"part {part}")))!;
            Assert.That(e.Message, Does.StartWith("part "));
            int sum = 0;
            workers.Run(8, part => Interlocked.Add(ref sum, part));
            Assert.That(sum, Is.EqualTo(28));
        }
    }

    [Test]
    public void A_region_inside_a_region_is_run_by_its_caller()
    {
        using var workers = new Workers(3);
        var sums = new int[6];
        workers.Run(6, outer =>
        {
            int thread = Environment.CurrentManagedThreadId;
            workers.Run(5, inner => sums[outer] += Environment.CurrentManagedThreadId == thread ? inner + 1 : 1000);
        });
        Assert.That(sums, Is.All.EqualTo(15));
    }

    [Test]
    public void Callers_at_the_same_time_get_their_own_parts()
    {
        using var workers = new Workers(2);
        void Call()
        {
            var runs = new int[4];
            for (int region = 1; region <= 2000; region++)
            {
                workers.Run(runs.Length, part => runs[part]++);
                Assert.That(runs, Is.All.EqualTo(region));
            }
        }

        Assert.DoesNotThrow(() => Parallel.Invoke(Call, Call, Call));
    }

    [Test]
    public void A_region_allocates_nothing()
    {
        using var workers = new Workers(2);
        Action<int> body = static _ => { };
        workers.Run(2, body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int region = 0; region < 1000; region++)
            workers.Run(2, body);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
