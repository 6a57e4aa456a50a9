package dev.weirpool.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.SharedQueue;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis stands still: connections stay and nothing is answered. Every call ends within its limit, and can be woken. */
@Tag("slow")
@Timeout(120)
class FrozenServerTest {

    /** 10 s of patience, a try of 2 s, and some noise. */
    private static final Duration LIMIT = Duration.ofSeconds(14);

    private static final Duration WAKING = Duration.ofMillis(500);

    @TempDir
    private Path directory;

    private RedisServer redis;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start(directory);
    }

    @AfterEach
    void end() throws Exception {
        redis.close();
    }

    @Test
    void everyCallOfAQueueEndsWithinItsLimit() throws Exception {
        SharedQueue<Object> shared = SharedQueue.connect(redis.options(), "shared", 0);
        shared.putAll(List.of("a", "b", "c"));
        var doneLate = shared.claim();
        var closedLate = shared.claim();
        var tasks = TaskQueue.connect(redis.options(), "tasks");
        var calls = new LinkedHashMap<String, Callable<?>>();
        calls.put("put", () -> {
            shared.put("x");
            return null;
        });
        calls.put("put much", () -> {
            shared.put(new byte[12 << 20]);
            return null;
        });
        calls.put("offer", () -> shared.offer("x"));
        calls.put("offer, limited", () -> shared.offer("x", 1, TimeUnit.SECONDS));
        calls.put("take", shared::take);
        calls.put("takeBatch", () -> shared.takeBatch(3));
        calls.put("poll", shared::poll);
        calls.put("poll, limited", () -> shared.poll(1, TimeUnit.SECONDS));
        calls.put("claim", shared::claim);
        calls.put("claim, limited", () -> shared.claim(Duration.ofSeconds(1)));
        calls.put("done", doneLate::done);
        calls.put("drainTo", () -> shared.drainTo(new ArrayList<>()));
        calls.put("peek", shared::peek);
        calls.put("size", shared::size);
        calls.put("iterator", shared::iterator);
        calls.put("remove", () -> shared.remove("x"));
        calls.put("clear", () -> {
            shared.clear();
            return null;
        });
        calls.put("taskDone", () -> {
            shared.taskDone();
            return null;
        });
        calls.put("join", () -> shared.join(Duration.ofSeconds(1)));
        calls.put("isShutDown", shared::isShutDown);
        calls.put("shutdown", () -> {
            shared.shutdown(false);
            return null;
        });
        calls.put("delete", () -> {
            shared.delete();
            return null;
        });
        calls.put("connect", () -> SharedQueue.connect(redis.options(), "other"));
        calls.put("TaskQueue.connect", () -> TaskQueue.connect(redis.options(), "other"));
        calls.put("send", () -> tasks.send(Task.of(Tasks::square, 3)));
        calls.put("sendAll", () -> tasks.sendAll(List.of(Task.of(Tasks::square, 3), Task.of(Tasks::square, 4))));
        calls.put("result", () -> tasks.result(new TaskId(1, 1)));
        calls.put("cancel", () -> {
            tasks.cancel(new TaskId(1, 1));
            return null;
        });
        calls.put("TaskQueue.size", tasks::size);
        calls.put("workers", tasks::workers);
        calls.put("pause", () -> {
            tasks.pause();
            return null;
        });
        calls.put("resume", () -> {
            tasks.resume();
            return null;
        });
        calls.put("dead letters", () -> tasks.deadLetters().list(0, 10));
        calls.put("Pool.start", () -> Pool.start(PoolOptions.of(1).withRedis(redis.options())));
        calls.put("Pool.connect", () -> Pool.connect(redis.options(), "other"));
        calls.put("Launcher.start", () -> Launcher.start(LauncherOptions.of(1, redis.options(), "other")));
        redis.freeze();

        var running = startAll(calls);
        var closing = waiting("close", () -> {
            closedLate.close();
            return null;
        });

        for (var call : running) {
            assertThatThrownBy(() -> call.result(LIMIT))
                    .as(call.name)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RedisUnavailableException.class);
        }
        closing.result(LIMIT);
        assertQuick("TaskQueue.close", tasks::close);

        redis.thaw();
        // what was sent to this one may still be carried out, late
        SharedQueue<Object> another = SharedQueue.connect(redis.options(), "another", 0);
        another.put("x");
        assertThat(another.take()).isEqualTo("x");
    }

    @Test
    void anInterruptWakesWhoWaits() throws Exception {
        SharedQueue<Object> empty = SharedQueue.connect(redis.options(), "empty", 0);
        SharedQueue<Object> full = SharedQueue.connect(redis.options(), "full", 1);
        full.put("a");
        var tasks = TaskQueue.connect(redis.options(), "tasks");
        var calls = new LinkedHashMap<String, Callable<?>>();
        calls.put("take", empty::take);
        calls.put("claim", empty::claim);
        calls.put("put", () -> {
            full.put("b");
            return null;
        });
        calls.put("put much", () -> {
            empty.put(new byte[12 << 20]);
            return null;
        });
        calls.put("join", () -> full.join(Duration.ofSeconds(60)));
        calls.put("size", full::size);
        calls.put("send", () -> tasks.send(Task.of(Tasks::square, 3)));
        calls.put("connect", () -> SharedQueue.connect(redis.options(), "other"));
        redis.freeze();

        assertInterruptsWake(calls, Duration.ofMillis(500)); // in the first try
        calls.remove("connect"); // makes only one
        assertInterruptsWake(calls, Duration.ofSeconds(4));
        tasks.close();
    }

    @Test
    void closingATaskQueueWakesWhoWaits() throws Exception {
        var tasks = TaskQueue.connect(redis.options(), "tasks");
        var calls = new LinkedHashMap<String, Callable<?>>();
        calls.put("send", () -> tasks.send(Task.of(Tasks::square, 3)));
        calls.put("size", tasks::size);
        calls.put("workers", tasks::workers);
        redis.freeze();
        var running = startAll(calls);
        TimeUnit.SECONDS.sleep(1);

        assertQuick("close", tasks::close);

        for (var call : running) {
            assertThatThrownBy(() -> call.result(WAKING))
                    .as(call.name)
                    .hasCauseInstanceOf(RedisUnavailableException.class);
        }
    }

    @Test
    void terminatingAPoolWakesWhoWaitsAtOnceAndEndsWithinItsLimit() throws Exception {
        var pool = Pool.start(PoolOptions.of(2).withRedis(redis.options()));
        assertThat(pool.apply(Tasks::square, 3)).isEqualTo(9);
        redis.freeze();
        var result = pool.applyAsync(Tasks::square, 4);
        var getter = waiting("get", result::get);
        var mapper = waiting("map", () -> pool.map(Tasks::square, List.of(1, 2, 3)));
        var iterator =
                waiting("next", () -> pool.imap(Tasks::square, List.of(1, 2)).next());
        TimeUnit.SECONDS.sleep(1);

        var terminator = waiting("terminate", () -> {
            pool.terminate();
            return true;
        });

        for (var call : List.of(getter, mapper, iterator)) {
            assertThatThrownBy(() -> call.result(WAKING)).as(call.name).isInstanceOf(ExecutionException.class);
        }
        assertThat(terminator.result(Duration.ofSeconds(17))).isEqualTo(true);
        assertThat(pool.join(Duration.ZERO)).isTrue();
    }

    @Test
    void terminatingAConnectedPoolEndsWithinItsLimit() throws Exception {
        var pool = Pool.connect(redis.options(), "theirs");
        var result = pool.applyAsync(Tasks::square, 4);
        redis.freeze();
        var getter = waiting("get", result::get);
        var terminator = waiting("terminate", () -> {
            pool.terminate();
            return true;
        });

        assertThatThrownBy(() -> getter.result(WAKING)).hasRootCauseInstanceOf(PoolTerminatedException.class);
        assertThat(terminator.result(Duration.ofSeconds(17))).isEqualTo(true);
    }

    @Test
    void closingALauncherEndsWithinItsLimit() throws Exception {
        var launcher = Launcher.start(LauncherOptions.of(2, redis.options(), "theirs"));
        assertThat(launcher.pids()).hasSize(2);
        redis.freeze();
        assertQuick("pids", launcher::pids);
        var closer = waiting("close", () -> {
            launcher.close();
            return true;
        });

        assertThat(closer.result(LIMIT)).isEqualTo(true);
        assertThat(launcher.pids()).isEmpty();
    }

    private static void assertInterruptsWake(Map<String, Callable<?>> calls, Duration after) throws Exception {
        var running = startAll(calls);
        TimeUnit.MILLISECONDS.sleep(after.toMillis());
        for (var call : running) {
            assertThat(call.result).as(call.name + " waits").isNotDone();
            call.thread.interrupt();
        }
        var since = System.nanoTime();
        for (var call : running) {
            var left = WAKING.minusNanos(System.nanoTime() - since);
            assertThatThrownBy(() -> call.result(left)).as(call.name).isInstanceOf(ExecutionException.class);
            assertThat(call.result.handle((value, failure) -> failure).join())
                    .as(call.name)
                    .isInstanceOfAny(InterruptedException.class, RedisUnavailableException.class);
        }
    }

    private static void assertQuick(String name, Runnable call) {
        var since = System.nanoTime();
        call.run();
        assertThat(Duration.ofNanos(System.nanoTime() - since)).as(name).isLessThan(WAKING);
    }

    private static List<Call> startAll(Map<String, Callable<?>> calls) {
        var all = new ArrayList<Call>();
        calls.forEach((name, call) -> all.add(waiting(name, call)));
        return all;
    }

    private static Call waiting(String name, Callable<?> work) {
        var call = new Call(name, work);
        call.thread.start();
        return call;
    }

    /** A call on a thread of its own. */
    private static final class Call {

        private final String name;
        private final CompletableFuture<Object> result = new CompletableFuture<>();
        private final Thread thread;

        Call(String name, Callable<?> work) {
            this.name = name;
            this.thread = new Thread(() -> {
                try {
                    result.complete(work.call());
                } catch (Exception e) {
                    result.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
        }

        Object result(Duration limit) throws Exception {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
