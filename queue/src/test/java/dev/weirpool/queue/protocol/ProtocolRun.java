package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Keyring;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Random operations on a queue of their own, done by the scripts and by the {@link ReferenceModel}: after each, the replies and
 * all containers must be the same.
 *
 * <p>As a network does, it sends requests again, at once or much later, and delivers some only after those that were made behind
 * them. Leases and delays are nothing, which has passed by the next operation that looks, or an hour.
 */
final class ProtocolRun {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SILENCE = Duration.ofMillis(-1); // any two ticks are further apart
    private static final byte[] RESULT = bytes("done");
    private static final String NAME = "nightly";
    private static final long MOST_WAITING = 30;

    private final String queue = "run-" + UUID.randomUUID();
    private final byte[] tickKey = bytes("weirpool:{" + queue + "}:tick");
    private final byte[] producersKey = bytes("weirpool:{" + queue + "}:producers");
    private final Broker broker = new Broker(queue);
    private final ReferenceModel model = new ReferenceModel();
    private final RedisConnection redis;
    private final Random random;
    private final List<Request> requests = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int workers;

    private ProtocolRun(RedisConnection redis, long seed) {
        this.redis = redis;
        this.random = new Random(seed);
    }

    /** Fails at the first difference, telling what led to it. */
    static void run(URI server, long seed, int operations) {
        try (var pool = new Redis(server, Duration.ofSeconds(5), Duration.ZERO);
                var redis = pool.connect();
                var cleaner = pool.connect()) {
            var run = new ProtocolRun(redis, seed);
            try {
                for (var i = 0; i < operations; i++) {
                    run.one();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(run.story(seed) + e.getMessage(), e);
            } finally {
                BrokerFixture.delete(cleaner, run.queue);
            }
        }
    }

    private String story(long seed) {
        var lately = log.subList(Math.max(0, log.size() - 20), log.size());
        return "seed " + seed + ", after " + log.size() + " operations, the last of them\n" + String.join("\n", lately)
                + "\n";
    }

    private void one() {
        var fate = random.nextInt(100);
        if (fate < 12 && !requests.isEmpty()) {
            send(requests.get(requests.size() - 1)); // the reply was lost
        } else if (fate < 24 && !requests.isEmpty()) {
            send(requests.get(Math.max(0, requests.size() - 1 - random.nextInt(40)))); // an old copy arrives
        } else {
            var request = next();
            requests.add(request);
            if (fate < 94) {
                send(request);
            }
        }
    }

    private void send(Request request) {
        log.add(request.text);
        if (request.looksAtTime) {
            awaitAllThatIsDueSoon();
        }
        var reply = comparable(request.script.get());
        assertThat(reply).as("reply").isEqualTo(comparable(request.model.get()));
        var containers = ProtocolAudit.check(redis, queue);
        assertThat(containers).isEqualTo(model.now);
        // in which order they are due is a matter of milliseconds, so that the model has to be told
        model.now.delayed().clear();
        model.now.delayed().putAll(containers.delayed());
    }

    private Request next() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> {
                return push();
            }
            case 4, 5, 6, 7, 8, 9, 10 -> {
                return step();
            }
            case 11 -> {
                return register();
            }
            case 12 -> {
                return heartbeat();
            }
            case 13, 14 -> {
                return tick();
            }
            case 15, 16 -> {
                return recover();
            }
            case 17 -> {
                return release();
            }
            case 18 -> {
                return random.nextInt(3) == 0 ? cancel() : step();
            }
            default -> {
                return rare();
            }
        }
    }

    private Request push() {
        var producer = producer();
        long last = model.now.producers().getOrDefault(producer, 0L);
        var previous = Math.max(0, last + pick(0, 0, 0, 0, 0, -2, 1, 3));
        var waiting = model.now.ready().stream().mapToInt(List::size).sum();
        var tasks = LongStream.rangeClosed(previous + 1, previous + (waiting > MOST_WAITING ? 0 : random.nextInt(4)))
                .filter(sequence -> random.nextInt(8) > 0) // those that have ended are left out
                .mapToObj(sequence -> new StoredTask(producer, sequence, sequence % 7 == 0 ? (int) sequence % 4 : 0, 0))
                .toList();
        var dues = random.nextInt(3) > 0
                ? List.<Due>of()
                : tasks.stream().map(task -> due(task.sequence())).toList();
        if (tasks.size() == 1 && random.nextBoolean()) {
            return random.nextInt(4) == 0
                    ? pushWithoutBody(previous, tasks.get(0))
                    : pushUnique(previous, tasks.get(0));
        }
        return new Request(
                "push " + tasks + " behind " + previous + " due " + dues,
                () -> broker.push(
                        redis,
                        producer,
                        previous,
                        tasks.stream().map(StoredTask::envelope).toList(),
                        dues),
                () -> model.push(producer, previous, tasks, dues));
    }

    private Request pushUnique(long previous, StoredTask task) {
        var due = due(task.sequence());
        var unique = new UniqueName(NAME, HOUR);
        return new Request(
                "push the unique " + task + " behind " + previous + " due " + due,
                () -> broker.pushUnique(redis, previous, task.envelope(), due, unique),
                () -> model.pushUnique(previous, task, due, NAME));
    }

    /** One whose body lies apart, and has been lost. */
    private Request pushWithoutBody(long previous, StoredTask task) {
        var draft = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[1]);
        var envelope = draft.sealApart(
                Blob.of(draft.body()),
                task.producer(),
                task.sequence(),
                0,
                Keyring.unsigned().signer(Direction.TASK, queue));
        return new Request(
                "push " + task + " behind " + previous + " without its body",
                () -> broker.pushApart(redis, previous, envelope, Due.NOW, Optional.empty()),
                () -> model.pushWithoutBody(previous, task));
    }

    private static Due due(long sequence) {
        return switch ((int) (sequence % 5)) {
            case 0 -> Due.in(HOUR);
            case 1 -> Due.at(Instant.EPOCH.plusSeconds(1));
            default -> Due.NOW;
        };
    }

    private Request step() {
        var worker = worker();
        var held = model.now.inflight().getOrDefault(worker, List.of());
        var settled = Math.min(held.size(), pick(0, 1, 1, 1, 2));
        var settlements = new ArrayList<Settlement>();
        var isStale = random.nextInt(12) == 0;
        held.subList(0, settled).forEach(task -> settlements.add(settlement(isStale ? ofAnotherAttempt(task) : task)));
        if (random.nextInt(10) == 0) {
            settlements.add(settlement(anyTask()));
        }
        var effects = settlements.stream().map(this::effect).toList();
        var rest = held.size() - settled + pick(0, 0, 0, 0, 0, 0, 0, 0, 1, -1);
        var request = new StepRequest(pick(0, 1, 1, 1, 2, 3), rest, random.nextBoolean(), settlements, effects);
        return new Request(
                "step " + worker + " want " + request.want() + " held " + rest + " settle "
                        + settlements.stream().map(ProtocolRun::text).toList(),
                () -> broker.step(redis, worker, request),
                () -> model.step(worker, request));
    }

    private Settlement settlement(StoredTask task) {
        return switch (random.nextInt(8)) {
            case 0 -> new Settlement.Bury(task.envelope(), RESULT);
            case 1 -> new Settlement.Retry(task.envelope(), HOUR);
            case 2, 3, 4 -> new Settlement.Retry(task.envelope(), Duration.ZERO);
            default -> new Settlement.Complete(task.envelope(), RESULT);
        };
    }

    private Effect effect(Settlement settlement) {
        var task = settlement.task();
        return switch (random.nextInt(4)) {
            case 0 -> new Effect.NoteAttempt(task, RESULT);
            case 1 -> new Effect.ForgetAttempts(task);
            case 2 -> new Effect.KeepResult(task, RESULT, HOUR);
            default -> new Effect.ReleaseName(task, NAME);
        };
    }

    private StoredTask anyTask() {
        var all = model.now.everywhere();
        var task = all.isEmpty() ? new StoredTask(producer(), 1, 0, 0) : all.get(random.nextInt(all.size()));
        return random.nextBoolean() ? task : ofAnotherAttempt(task);
    }

    private StoredTask ofAnotherAttempt(StoredTask task) {
        if (random.nextInt(3) == 0) {
            return task.withLife(task.life() + pick(1, 31));
        }
        return task.withFailures(Math.max(0, task.failures() + pick(-1, 1)));
    }

    private Request register() {
        var worker = random.nextInt(3) > 0 ? "w" + ++workers : worker();
        var lease = lease();
        return new Request(
                "register " + worker + " for " + lease,
                () -> broker.register(redis, worker, lease),
                () -> model.register(worker, lease.toMillis()));
    }

    private Request heartbeat() {
        var beating = IntStream.rangeClosed(0, random.nextInt(3))
                .mapToObj(i -> worker())
                .distinct()
                .toList();
        var lease = lease();
        return new Request(
                "heartbeat " + beating + " for " + lease,
                () -> broker.heartbeat(redis, lease, beating),
                () -> model.heartbeat(lease.toMillis(), beating));
    }

    private Request tick() {
        var afterSilence = random.nextInt(4) == 0;
        var lease = random.nextInt(3) == 0 ? HOUR : Duration.ZERO;
        return new Request(
                "tick" + (afterSilence ? " after a silence" : "") + " for leases of " + lease,
                () -> broker.tick(redis, afterSilence ? SILENCE : HOUR, lease),
                () -> model.tick(afterSilence, lease.toMillis()),
                true);
    }

    private Request recover() {
        var worker = worker();
        var backoff = Duration.ofMillis(pick(0, 1, 1, 3_600_000));
        if (random.nextInt(3) == 0) {
            var blame = blame(worker);
            return new Request(
                    "recover the dead " + worker + " with a backoff of " + backoff + " and blame " + blame,
                    () -> broker.recoverDead(redis, worker, backoff, blame),
                    () -> model.recoverDead(worker, backoff.toMillis(), blame));
        }
        return new Request(
                "recover the expired " + worker + " with a backoff of " + backoff,
                () -> broker.recoverExpired(redis, worker, backoff),
                () -> model.recoverExpired(worker, backoff.toMillis()));
    }

    private Blame blame(String worker) {
        var held = model.now.inflight().getOrDefault(worker, List.of());
        var running = held.isEmpty() ? anyTask() : held.get(random.nextInt(held.size()));
        var fence = (random.nextInt(3) == 0 ? ofAnotherAttempt(running) : running)
                .envelope()
                .fence();
        return switch (random.nextInt(5)) {
            case 0 -> new Blame.Nobody();
            case 1 -> new Blame.Oldest();
            case 2 -> new Blame.Running(fence, RESULT, null);
            default ->
                new Blame.Running(
                        fence,
                        RESULT,
                        new Blame.Verdict(
                                RESULT,
                                Optional.of(HOUR).filter(life -> random.nextBoolean()),
                                Optional.of(NAME),
                                Optional.empty()));
        };
    }

    private Request release() {
        var worker = worker();
        if (random.nextInt(3) == 0) {
            return giveBackAhead(worker);
        }
        var keep = random.nextInt(3);
        var unregister = keep == 0 && random.nextBoolean();
        return new Request(
                "release " + worker + " keeping " + keep + (unregister ? " and unregister" : ""),
                () -> broker.release(redis, worker, keep, unregister),
                () -> model.release(worker, keep, unregister));
    }

    private Request giveBackAhead(String worker) {
        var held = model.now.inflight().getOrDefault(worker, List.of());
        var running = held.isEmpty() || random.nextInt(3) == 0 ? anyTask() : held.get(0);
        return new Request(
                "release " + worker + " keeping " + running.sequence() + " alone",
                () -> broker.giveBackAhead(redis, worker, running.envelope()),
                () -> model.giveBackAhead(worker, running));
    }

    private Request cancel() {
        var task = anyTask();
        var sequences = List.of(task.sequence(), task.sequence() + 1);
        var endRunning = random.nextBoolean();
        return change(
                "cancel " + task.id() + " and the next" + (endRunning ? ", running or not" : ""),
                () -> broker.cancel(redis, task.producer(), sequences, endRunning),
                () -> model.cancel(task.producer(), sequences, endRunning));
    }

    private Request rare() {
        var producer = producer();
        return switch (random.nextInt(20)) {
            case 11, 12 -> requeue();
            case 14 -> revive();
            case 15, 16 -> purge();
            case 17, 18, 19 -> limit();
            case 13 ->
                change(
                        "step the clock back by ages",
                        () -> redis.call("HSET", tickKey, bytes("beat"), bytes(Long.MAX_VALUE)),
                        model::stepClockBack);
            case 0 -> change("pause", () -> broker.pause(redis), model::pause);
            case 1, 8, 9 -> change("resume", () -> broker.resume(redis), model::resume);
            case 2 ->
                change(
                        "open the results of " + producer,
                        () -> broker.openResults(redis, producer, HOUR),
                        () -> model.now.results().putIfAbsent(producer, List.of()));
            case 3 ->
                change(
                        "close the results of " + producer,
                        () -> broker.closeResults(redis, producer),
                        () -> model.now.results().remove(producer));
            case 4 ->
                change(
                        "close the queue",
                        () -> redis.call("HSET", producersKey, bytes("!"), bytes(1)),
                        () -> model.now.flags().add("closed"));
            case 5, 10 ->
                change(
                        "open the queue",
                        () -> redis.call("HDEL", producersKey, bytes("!")),
                        () -> model.now.flags().remove("closed"));
            default ->
                new Request(
                        "hear the bell",
                        () -> model.now.bell().isEmpty() || broker.awaitBell(redis, Duration.ofSeconds(1)),
                        () -> model.now.bell().isEmpty()
                                || "1".equals(model.now.bell().remove(0)));
        };
    }

    private Request limit() {
        var limit = switch (random.nextInt(4)) {
            case 0 -> new Limit(pick(1, 5, 20), 0);
            case 1 -> new Limit(0, pick(1, 300, 1000));
            default -> Limit.NONE;
        };
        return change("limit it to " + limit, () -> broker.limit(redis, limit), () -> model.limit(limit));
    }

    private Request requeue() {
        var dead = model.now.dead();
        var letter = dead.isEmpty() ? anyTask() : dead.get(random.nextInt(dead.size()));
        var request = UUID.randomUUID();
        if (random.nextInt(4) == 0) {
            return new Request(
                    "discard " + letter,
                    () -> broker.discard(redis, letter.envelope(), request),
                    () -> model.discard(letter, request));
        }
        if (random.nextInt(4) == 0) {
            var admission = UUID.randomUUID();
            return new Request(
                    "move " + letter,
                    () -> {
                        var isThere = broker.discard(redis, letter.envelope(), request);
                        if (isThere) {
                            broker.admit(redis, letter.envelope().revived(), List.of(), admission);
                        }
                        return isThere;
                    },
                    () -> model.move(letter, request));
        }
        return new Request(
                "requeue " + letter,
                () -> broker.requeue(redis, letter.envelope(), request),
                () -> model.requeue(letter, request));
    }

    private Request revive() {
        var most = 1 + random.nextInt(2);
        return new Request("revive " + most, () -> broker.revive(redis, most), () -> model.revive(most));
    }

    /** Deletes the first two of a list, or tries to delete others. */
    private Request purge() {
        var level = random.nextInt(2);
        var ready = model.now.ready().get(level);
        var first = ready.isEmpty() || random.nextInt(3) == 0
                ? List.of(anyTask())
                : ready.subList(0, Math.min(2, ready.size()));
        var expected = List.copyOf(first);
        var place = level == 0 ? Place.READY : Place.READY1;
        return new Request(
                "purge " + expected + " of level " + level,
                () -> broker.purge(
                        redis,
                        place,
                        expected.stream()
                                .map(task -> new Broker.Expected(
                                        task.envelope().id(), NAME, Optional.empty(), Optional.empty()))
                                .toList(),
                        RESULT),
                () -> model.purge(level, expected, NAME));
    }

    private static Request change(String text, Runnable script, Runnable model) {
        return new Request(
                text,
                () -> {
                    script.run();
                    return "";
                },
                () -> {
                    model.run();
                    return "";
                });
    }

    private long producer() {
        return pick(7, 7, 8);
    }

    /** One that is registered, as a rule. */
    private String worker() {
        var known = List.copyOf(model.now.workers().keySet());
        return known.isEmpty() || random.nextInt(10) == 0
                ? "w" + Math.max(1, workers - random.nextInt(6))
                : known.get(random.nextInt(known.size()));
    }

    private Duration lease() {
        return random.nextInt(3) == 0 ? Duration.ZERO : HOUR;
    }

    private int pick(int... among) {
        return among[random.nextInt(among.length)];
    }

    private void awaitAllThatIsDueSoon() {
        var soon = model.now.delayed().values().stream()
                .filter(Boolean::booleanValue)
                .count();
        var key = bytes("weirpool:{" + queue + "}:delayed");
        if (soon > 0) {
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
                var time = (List<?>) redis.call("TIME");
                var micros = String.format("%06d", Integer.valueOf(new String((byte[]) time.get(1), UTF_8)));
                var now = new String((byte[]) time.get(0), UTF_8) + micros.substring(0, 3);
                return redis.call("ZCOUNT", key, bytes("-inf"), bytes(now)).equals(soon);
            });
        }
    }

    private static Object comparable(Object reply) {
        if (reply instanceof StepReply.Claimed claimed) {
            return "claimed " + claimed.tasks().stream().map(ProtocolRun::text).toList();
        }
        if (reply instanceof StepReply.Resync resync) {
            return "resync " + resync.held().stream().map(ProtocolRun::text).toList();
        }
        if (reply instanceof TickReply tick) { // those that expired in the same millisecond have no order
            return new TickReply(
                    tick.promoted(), tick.expired().stream().sorted().toList(), tick.hasCancelMarks());
        }
        return reply instanceof PushReply.Exists ? "exists" : reply;
    }

    private static String text(StepReply.Task task) {
        return StoredTask.of(task.envelope()) + " fence " + task.fence() + (task.isCancelled() ? " cancelled" : "");
    }

    private static String text(Settlement settlement) {
        return settlement.getClass().getSimpleName() + " " + StoredTask.of(settlement.task());
    }

    /** One call, to be made by the scripts and by the model, any number of times. */
    private record Request(String text, Supplier<?> script, Supplier<?> model, boolean looksAtTime) {
        Request(String text, Supplier<?> script, Supplier<?> model) {
            this(text, script, model, false);
        }
    }
}
