package dev.weirpool.benchmarks;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import dev.weirpool.queue.signing.Signer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A call of two arguments on its way: from the method reference to the signed bytes in Redis, back to a task, and its result. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

    private static final Signer SIGNER = Keyring.random().signer(Direction.TASK, "benchmark");

    private final TaskCodec codec = new TaskCodec(
            () -> {
                throw new IllegalStateException("no shared queue travels here");
            },
            "benchmark");
    private final byte[] sealed = encode().raw();
    private final byte[] outcome = codec.encode(new Outcome.Returned("42 reports"));
    private long sequence;

    /** What is called. */
    public static String report(String name, int year) {
        return name + year;
    }

    /** A task as bytes. */
    @Benchmark
    public final Envelope encode() {
        return codec.draft(Task.of(CodecBenchmark::report, "quarterly", 2026), TaskOptions.DEFAULT, true)
                .seal(1, sequence++, 0, SIGNER);
    }

    /** A task from bytes. */
    @Benchmark
    public final Task<?> decode() {
        return codec.decode(Envelope.received(sealed, SIGNER));
    }

    /** A result as bytes. */
    @Benchmark
    public byte[] encodeResult() {
        return codec.encode(new Outcome.Returned("42 reports"));
    }

    /** A result from bytes. */
    @Benchmark
    public Outcome decodeResult() {
        return codec.decodeOutcome(outcome);
    }
}
