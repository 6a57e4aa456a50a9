package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.RemoteStackTrace;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskFailedException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a caller gets to see when things go wrong. */
@Timeout(60)
class FailureTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static Pool pool;

    @BeforeAll
    static void startPool() {
        pool = Pool.start(2);
    }

    @AfterAll
    static void endPool() {
        pool.terminate();
    }

    @Test
    void throwsACheckedExceptionInsideATaskFailedException() {
        assertThatThrownBy(() -> pool.apply(Tasks::readMissing, "a.txt"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("java.io.IOException: no such file: a.txt")
                .cause()
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(RemoteStackTrace.class)
                .satisfies(e -> assertThat(e.getCause().getCause())
                        .isInstanceOf(InterruptedException.class)
                        .hasMessage("deeper"));
    }

    @Test
    void givesTheExceptionAsTheCauseFromAResult() {
        assertThatThrownBy(() -> pool.applyAsync(Tasks::readMissing, "a.txt").get(LIMIT))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class);
    }

    @Test
    void describesAnExceptionThatCannotBeRebuilt() {
        assertThatThrownBy(() -> pool.apply(Tasks::throwStrange))
                .isInstanceOfSatisfying(TaskFailedException.class, e -> {
                    assertThat(e).hasMessage("dev.weirpool.pool.Tasks$StrangeException: code 7");
                    assertThat(e.failure().orElseThrow().stackAsText())
                            .contains("at dev.weirpool.pool.Tasks.throwStrange");
                });
    }

    @Test
    void describesAnExceptionOfAClassThatOnlyTheWorkerHas(@TempDir Path directory) throws Exception {
        var source = Files.writeString(directory.resolve("Only.java"), """
                package there;

                public class Only extends RuntimeException {
                    Only(String message) {
                        super(message);
                    }

                    public static void fail() {
                        throw new Only("on the worker's side");
                    }
                }
                """);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", directory.toString(), source.toString()))
                .isZero();
        var there = Pool.start(PoolOptions.of(1)
                .withClassPath(System.getProperty("java.class.path") + File.pathSeparator + directory));
        try {
            assertThatThrownBy(() -> there.apply(Task.named("there.Only::fail")))
                    .isInstanceOfSatisfying(TaskFailedException.class, e -> {
                        assertThat(e).hasMessage("there.Only: on the worker's side");
                        assertThat(e.failure().orElseThrow().stackAsText())
                                .contains("there.Only: on the worker's side", "at there.Only.fail(Only.java:9)");
                    });
        } finally {
            there.terminate();
        }
    }

    @Test
    void rebuildsAnAssertionError() {
        assertThatThrownBy(() -> pool.apply(Tasks::assertSomething))
                .isInstanceOf(AssertionError.class)
                .hasMessage("wrong");
    }

    @Test
    void saysThatAnElementOfAnArrayCannotTravel() {
        assertThatThrownBy(() -> pool.apply(Tasks::arrayWithThread)).hasMessageContaining("cannot encode the result");
    }

    @Test
    void passesErrorsOn() {
        assertThatThrownBy(() -> pool.apply(Tasks::overflow)).isInstanceOf(StackOverflowError.class);
    }

    @Test
    void saysThatAResultCannotTravel() {
        assertThatThrownBy(() -> pool.apply(Tasks::unencodable))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("cannot encode the result")
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void failsOnlyTheItemWhoseResultCannotTravel() {
        var results = pool.imap(Tasks::threadIfTwo, List.of(1, 2, 3), 3);
        assertThat(results.next()).isEqualTo(1);
        assertThatThrownBy(results::next).hasMessageContaining("java.lang.Thread");
        assertThat(results.next()).isEqualTo(3);
    }

    @Test
    void refusesACaptureThatCannotTravelNamingIt() {
        var thread = Thread.currentThread();
        assertThatThrownBy(() -> pool.applyAsync(() -> thread.getName()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("captured value 1")
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void refusesAnArgumentThatCannotTravelNamingIt() {
        assertThatThrownBy(() -> pool.applyAsync(Tasks::count, "a", Map.of("k", Thread.currentThread())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot send dev.weirpool.pool.Tasks::count: argument 2")
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void namesTheMethodThatDoesNotExist() {
        assertThatThrownBy(() -> pool.apply(Task.named("dev.weirpool.pool.Tasks::nope")))
                .hasMessageContaining("class dev.weirpool.pool.Tasks has no static method named nope");
        assertThatThrownBy(() -> pool.apply(Task.named("dev.weirpool.pool.Tasks::square", "x")))
                .hasMessageContaining("cannot read 'x' as int for parameter number");
        assertThatThrownBy(() -> pool.apply(Task.named("dev.weirpool.pool.Tasks::square", Map.of("nummer", 3))))
                .hasMessageContaining("takes number, which was not given");
        assertThatThrownBy(() -> Task.named("Tasks.square")).hasMessageContaining("write package.Class::method");
    }

    @Test
    void callsTheOneCallbackOrTheOther() throws Exception {
        BlockingQueue<Object> called = new LinkedBlockingQueue<>();

        pool.applyAsync(Tasks::square, 3, called::add, called::add);
        assertThat(called.poll(20, TimeUnit.SECONDS)).isEqualTo(9);
        pool.applyAsync(Tasks::failWith, "boom", () -> called.add("ended"), called::add);
        assertThat(called.poll(20, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void goesOnAfterACallbackThatThrows() throws Exception {
        BlockingQueue<Object> called = new LinkedBlockingQueue<>();

        pool.applyAsync(
                Tasks::square,
                3,
                value -> {
                    throw new IllegalStateException("in the callback");
                },
                called::add);
        pool.applyAsync(Tasks::square, 4, called::add, called::add);

        assertThat(called.poll(20, TimeUnit.SECONDS)).isEqualTo(16);
    }

    @Test
    void throwsTheFirstFailureOfAMapInTheOrderOfItems() {
        assertThatThrownBy(() -> pool.map(Tasks::failAbove, List.of(1, 5, 2, 9), 1))
                .hasMessage("5 is too much");
    }
}
