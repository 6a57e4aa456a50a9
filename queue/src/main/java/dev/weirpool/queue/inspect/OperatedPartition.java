package dev.weirpool.queue.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.codec.Preview;
import dev.weirpool.queue.protocol.Blob;
import dev.weirpool.queue.protocol.BlobBroker;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.Glimpse;
import dev.weirpool.queue.protocol.Limit;
import dev.weirpool.queue.protocol.Place;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.protocol.Survey;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.MissingSecretException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;

/** One partition of an {@link OperatedQueue}, and its tasks. */
final class OperatedPartition {

    private static final int CHUNK = 500;
    private static final int SEARCHED_AT_ONCE = 1000;
    private static final int PREVIEWED_BODY = 16 * 1024;
    /** How a task ended that was deleted, as {@code TaskCodec} writes it. */
    private static final byte[] CANCELLED = {'C'};

    private static final byte RETURNED = 'V';

    private final Redis redis;
    private final String name;
    private final Broker broker;
    private final Survey survey;

    OperatedPartition(Redis redis, String name) {
        this.redis = redis;
        this.name = name;
        this.broker = new Broker(name);
        this.survey = new Survey(name);
    }

    Broker broker() {
        return broker;
    }

    Survey survey() {
        return survey;
    }

    long count(Place place) {
        return redis.call(connection -> survey.count(connection, place));
    }

    Glimpse.Of peek(Place place, boolean backwards, long from, int wanted) {
        if (!backwards) {
            return redis.call(connection -> survey.peek(connection, place, from, from + wanted - 1, TaskSummary.BYTES));
        }
        var seen =
                redis.call(connection -> survey.peek(connection, place, -from - wanted, -from - 1, TaskSummary.BYTES));
        var reversed = new ArrayList<>(seen.glimpses());
        Collections.reverse(reversed);
        return new Glimpse.Of(seen.total(), reversed);
    }

    /** What each of {@code workers} holds of this partition. */
    List<Glimpse.Of> running(List<String> workers) {
        return redis.call(connection -> survey.running(connection, workers, TaskSummary.BYTES));
    }

    Optional<Glimpse> findHeld(String worker, TaskId id) {
        return redis.call(connection ->
                        survey.findHeld(connection, worker, OperatedQueue.bytesOf(id), Envelope.MAX_BYTES))
                .glimpse();
    }

    Survey.Found find(Place place, TaskId id, long from, long to) {
        return redis.call(
                connection -> survey.find(connection, place, OperatedQueue.bytesOf(id), from, to, Envelope.MAX_BYTES));
    }

    TaskDetail detail(Glimpse glimpse, TaskSummary task) {
        var envelope = Envelope.received(glimpse.beginning(), redis.keyring().signer(Direction.TASK, name));
        var hidden = hidden(envelope);
        var headers = hidden.isEmpty() ? envelope.headers() : Map.<String, String>of();
        var options = TaskOptions.of(headers, envelope.priority(), Math.max(1, envelope.maxAttempts()));
        return new TaskDetail(
                task, options.headers(), options, attempts(task.id()), hidden.orElseGet(() -> arguments(envelope)));
    }

    /** Why no more of a task is shown than its fixed fields and its name. */
    private static Optional<String> hidden(Envelope envelope) {
        try {
            envelope.requireReadable();
            return Optional.empty();
        } catch (IllegalArgumentException | MissingSecretException e) {
            return Optional.of("(hidden: " + e.getMessage() + ")");
        }
    }

    List<Attempt> attempts(TaskId id) {
        return redis.call(connection -> survey.attempts(connection, OperatedQueue.bytesOf(id))).stream()
                .map(Attempt::of)
                .toList();
    }

    /** The body is a byte for the kind of task and an array of descriptor, captured values and arguments. */
    private static String arguments(Envelope envelope) {
        if (envelope.blob().isPresent()) {
            return "(" + envelope.blob().get().length() + " bytes, which lie apart)";
        }
        var body = envelope.body();
        return body.length == 0
                ? ""
                : Preview.of(Arrays.copyOfRange(body, 1, Math.min(body.length, PREVIEWED_BODY)), 2);
    }

    Optional<Ending> ending(TaskId id) {
        return redis.call(
                        connection -> Optional.ofNullable(broker.keptResult(connection, id.producer(), id.sequence())))
                .map(bytes -> {
                    var apart = TaskCodec.outcomeApart(bytes);
                    if (apart.isPresent()) {
                        return new Ending(
                                bytes[1] == RETURNED ? Ending.Kind.RETURNED : Ending.Kind.THREW,
                                "(" + apart.get().length() + " bytes, which lie apart)");
                    }
                    if (bytes.length > 1 && bytes[0] == RETURNED) {
                        return new Ending(Ending.Kind.RETURNED, Preview.of(Arrays.copyOfRange(bytes, 1, bytes.length)));
                    }
                    var codec = new TaskCodec(() -> redis, "operator");
                    return codec.decodeOutcome(bytes) instanceof Outcome.Threw threw
                            ? new Ending(Ending.Kind.THREW, threw.failure().stackAsText())
                            : new Ending(Ending.Kind.CANCELLED, "");
                });
    }

    /**
     * Deletes what lies in {@code places} now.
     *
     * @param progress told how many have been deleted, now and then
     */
    long purge(List<Place> places, LongConsumer progress) {
        var result = places.contains(Place.DEAD) ? new byte[0] : CANCELLED; // of the dead their clients know already
        var deleted = 0L;
        for (var place : places) {
            var left = count(place); // what comes later may stay
            while (left > 0) {
                var most = (int) Math.min(CHUNK, left);
                var first = redis.call(
                        connection -> survey.peek(connection, place, 0, most - 1, Envelope.MOST_APART_BYTES));
                if (first.glimpses().isEmpty()) {
                    break;
                }
                var expected = first.glimpses().stream()
                        .map(OperatedPartition::expected)
                        .toList();
                var chunk = redis.call(connection -> broker.purge(connection, place, expected, result));
                deleted += chunk;
                left -= Math.max(1, chunk); // workers may have taken what was expected
                progress.accept(deleted);
            }
        }
        return deleted;
    }

    private static Broker.Expected expected(Glimpse glimpse) {
        var envelope = Envelope.stored(glimpse.beginning());
        var task = TaskSummary.of(glimpse, TaskState.READY);
        var headers = envelope.isReadable() ? envelope.headers() : Map.<String, String>of();
        var unique = TaskOptions.of(headers, 0, 1).uniqueKey();
        return new Broker.Expected(
                OperatedQueue.bytesOf(task.id()), unique.orElse(""), ScheduledRun.of(envelope), envelope.blob());
    }

    long requeueDead(LongConsumer progress) {
        var left = redis.call(broker::deadCount); // those that are given up again stay
        var done = 0L;
        while (left > 0) {
            var most = (int) Math.min(CHUNK, left);
            var chunk = redis.call(connection -> broker.revive(connection, most));
            if (chunk == 0) {
                break;
            }
            done += chunk;
            left -= chunk;
            progress.accept(done);
        }
        return done;
    }

    boolean requeueDead(TaskId id) {
        var request = UUID.randomUUID();
        return deadLetter(id)
                .filter(letter -> redis.call(connection -> broker.requeue(connection, letter, request)))
                .isPresent();
    }

    boolean moveDead(TaskId id, Broker target) {
        return deadLetter(id).filter(letter -> move(letter, target)).isPresent();
    }

    long moveDead(Broker target, LongConsumer progress) {
        var done = 0L;
        for (var left = redis.call(broker::deadCount); left > 0; left--) {
            var oldest = redis.call(connection -> survey.peek(connection, Place.DEAD, 0, 0, Envelope.MAX_BYTES))
                    .glimpses();
            if (oldest.isEmpty()) {
                break;
            }
            if (move(Envelope.stored(oldest.get(0).beginning()), target)) {
                progress.accept(++done);
            }
        }
        return done;
    }

    private boolean move(Envelope letter, Broker target) {
        // two steps, because the queues may be on two servers; whoever repeats what was cut in between puts it there no
        // second time
        var request =
                UUID.nameUUIDFromBytes((HexFormat.of().formatHex(letter.fence()) + target.queue()).getBytes(UTF_8));
        var copy = Envelope.received(letter.raw(), redis.keyring().signer(Direction.TASK, name))
                .revived()
                .signedBy(redis.keyring().signer(Direction.TASK, target.queue()));
        return redis.call(connection -> {
            letter.blob().ifPresent(blob -> copyBody(connection, blob, target));
            target.admit(connection, copy, broker.attempts(connection, letter), request);
            return broker.discard(connection, letter, request);
        });
    }

    /** The other queue may be on another server. */
    private void copyBody(RedisConnection connection, Blob blob, Broker target) {
        var body = new BlobBroker(name)
                .get(connection, blob)
                .orElseThrow(() -> new IllegalArgumentException("the arguments of the task, " + blob.length()
                        + " bytes, are not in Redis any more; delete the task"));
        new BlobBroker(target.queue()).put(connection, blob, body, BlobBroker.TASK_LIFE, false);
    }

    boolean deleteDead(TaskId id) {
        var request = UUID.randomUUID();
        return deadLetter(id)
                .filter(letter -> redis.call(connection -> broker.discard(connection, letter, request)))
                .isPresent();
    }

    private Optional<Envelope> deadLetter(TaskId id) {
        var wanted = OperatedQueue.bytesOf(id);
        for (var from = 0L; ; from += SEARCHED_AT_ONCE) {
            var first = from;
            var found = redis.call(connection -> survey.find(
                    connection, Place.DEAD, wanted, first, first + SEARCHED_AT_ONCE - 1, Envelope.MAX_BYTES));
            if (found.glimpse().isPresent() || found.looked() < SEARCHED_AT_ONCE) {
                return found.glimpse().map(glimpse -> Envelope.stored(glimpse.beginning()));
            }
        }
    }

    void limit(Limit limit) {
        redis.use(connection -> broker.limit(connection, limit));
    }

    void pause() {
        redis.use(broker::pause);
    }

    void resume() {
        redis.use(broker::resume);
    }

    void cancel(TaskId id, boolean endRunning) {
        redis.use(connection -> broker.cancel(connection, id.producer(), List.of(id.sequence()), endRunning));
    }
}
