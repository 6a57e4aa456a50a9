package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import dev.weirpool.queue.signing.Signer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where each task of a queue is at one instant, and who may hold tasks.
 *
 * @param ready by priority, in order
 * @param delayed whether each is due soon, which is in less than half an hour; the next first
 * @param inflight what is held by each worker that holds any
 * @param workers whether the lease of each that is registered ends soon, or has ended
 * @param marks ids of cancelled tasks; with a {@code !} behind, of those to be ended if they run
 * @param results the sequences of those delivered to each producer whose stream is open
 * @param producers the last sequence accepted of each
 * @param flags {@code !paused} and {@code closed}
 * @param bell the wake-up tokens
 * @param kept beside the tasks: how many records there are of a task's attempts, whose result can be read, who holds a name
 * @param miscounts what is wrong with the count of the bytes that wait
 * @param lasting the keys that neither belong to the queue or to a worker nor go away by themselves
 */
public record Containers(
        List<List<StoredTask>> ready,
        Map<StoredTask, Boolean> delayed,
        Map<String, List<StoredTask>> inflight,
        List<StoredTask> dead,
        Map<String, Boolean> workers,
        Set<String> marks,
        Map<Long, List<Long>> results,
        Map<Long, Long> producers,
        Set<String> flags,
        List<String> bell,
        Map<String, String> kept,
        Set<String> miscounts,
        Set<String> lasting) {

    /** Keys that are there as long as the queue is; and those of one worker. */
    private static final Pattern OWNED =
            Pattern.compile("ready[123]?|delayed|dead|workers|bell|producers1?|cancels|tick|fence|inflight:.*"
                    + "|schedules(:(definitions|versions|sources|paused|edits|counts))?|partitions"
                    + "|shared:(items|state|sessions|bell|room|joined|claims|claimed|leases|watch)");

    private static final Script SNAPSHOT = Script.load(Containers.class, "snapshot");
    private static final double SOON_MILLIS = 30 * 60_000;

    static Containers empty() {
        return new Containers(
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()),
                new LinkedHashMap<>(),
                new TreeMap<>(),
                new ArrayList<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                new ArrayList<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeSet<>());
    }

    /** Reads those of {@code queue}, all at one instant. */
    public static Containers read(RedisConnection redis, String queue) {
        var reply = (List<?>) requireNonNull(redis.run(SNAPSHOT, 0, List.of(bytes("weirpool:{" + queue + "}:"))));
        var soon = (Long) reply.get(0) + SOON_MILLIS;
        var read = empty();
        read.weigh(reply);
        for (var i = 1; i < reply.size(); i += 4) {
            read.add(text(reply.get(i)), (Long) reply.get(i + 2) < 0, (List<?>) reply.get(i + 3), soon);
        }
        return read;
    }

    private void weigh(List<?> reply) {
        var there = 0L;
        var counted = Optional.<Long>empty();
        for (var i = 1; i < reply.size(); i += 4) {
            var content = (List<?>) reply.get(i + 3);
            var key = text(reply.get(i));
            if (key.matches("ready[123]?")) {
                there += content.stream().mapToLong(raw -> weight((byte[]) raw)).sum();
            } else if (key.equals("delayed")) {
                there += pairs(content).stream()
                        .mapToLong(pair -> weight((byte[]) pair.get(0)))
                        .sum();
            } else if (key.equals("producers")) {
                counted = pairs(content).stream()
                        .filter(pair -> text(pair.get(0)).equals("!load"))
                        .map(pair -> Long.valueOf(text(pair.get(1))))
                        .findFirst();
            }
        }
        if (counted.isPresent() && counted.get() != there) {
            miscounts.add(there + " bytes wait, but " + counted.get() + " were counted");
        }
    }

    /** What lies in a blob included. */
    private static long weight(byte[] raw) {
        var isApart = raw.length > 50 && raw[0] == 2;
        return raw.length + (isApart ? ByteBuffer.wrap(raw).getInt(raw.length - 4) : 0);
    }

    private void add(String key, boolean lasts, List<?> content, double soon) {
        if (lasts && !OWNED.matcher(key).matches()) {
            lasting.add(key);
        }
        var colon = key.indexOf(':') + 1;
        switch (key.substring(0, colon == 0 ? key.length() : colon)) {
            case "ready" -> ready.get(0).addAll(tasks(content));
            case "ready1" -> ready.get(1).addAll(tasks(content));
            case "ready2" -> ready.get(2).addAll(tasks(content));
            case "ready3" -> ready.get(3).addAll(tasks(content));
            case "dead" -> dead.addAll(tasks(content));
            case "inflight:" -> inflight.put(key.substring(colon), tasks(content));
            case "bell" -> content.forEach(token -> bell.add(text(token)));
            case "delayed" ->
                pairs(content).forEach(pair -> delayed.put(StoredTask.of((byte[]) pair.get(0)), score(pair) < soon));
            case "workers" -> pairs(content).forEach(pair -> addWorker(text(pair.get(0)), score(pair) < soon));
            case "cancels" -> pairs(content).forEach(pair -> marks.add(mark((byte[]) pair.get(0))));
            case "producers", "producers1" ->
                pairs(content).forEach(pair -> addProducer((byte[]) pair.get(0), text(pair.get(1))));
            case "results:" -> addResults(HexFormat.fromHexDigitsToLong(key.substring(colon)), content);
            case "attempts:" -> kept.put("attempts:" + id(key.substring(colon)), "" + content.size());
            case "result:" -> kept.put("result:" + id(key.substring(colon)), "");
            case "unique:" -> kept.put(key, mark((byte[]) content.get(0)));
            default -> {} // holds nothing that must be somewhere
        }
    }

    private static String id(String hex) {
        return mark(HexFormat.of().parseHex(hex));
    }

    private void addWorker(String name, boolean endsSoon) {
        if (!name.startsWith("!")) {
            workers.put(name, endsSoon);
        } else if (name.equals("!paused")) {
            flags.add(name);
        }
    }

    private void addProducer(byte[] id, String last) {
        if (id.length == 8) {
            producers.merge(ByteBuffer.wrap(id).getLong(), Long.valueOf(last), Math::max);
        } else if (id.length == 1) {
            flags.add("closed");
        }
    }

    private void addResults(long producer, List<?> entries) {
        results.put(
                producer,
                entries.stream()
                        .map(entry -> (List<?>) ((List<?>) entry).get(1))
                        .flatMap(fields -> sequences(producer, (byte[]) fields.get(1)))
                        .toList());
    }

    /** None of what is no pack, which somebody else may have put there. */
    private static Stream<Long> sequences(long producer, byte[] sealed) {
        var isPlain = sealed.length >= 8 && ByteBuffer.wrap(sealed).getLong() == producer;
        var results = ByteBuffer.wrap(isPlain ? sealed : Signer.unverified(sealed));
        var sequences = Stream.<Long>builder();
        while (results.remaining() >= 20 && results.getLong() == producer) {
            sequences.add(results.getLong());
            results.position(Math.min(results.limit(), results.position() + 4 + results.getInt(results.position())));
        }
        return sequences.build();
    }

    /** Every task once for each place it is in. */
    public List<StoredTask> everywhere() {
        return Stream.of(ready, inflight.values(), List.of(dead, delayed.keySet()))
                .flatMap(places -> places.stream())
                .flatMap(tasks -> tasks.stream())
                .toList();
    }

    private static String mark(byte[] id) {
        if (id.length < 16) { // of what is no envelope
            return HexFormat.of().formatHex(id);
        }
        var in = ByteBuffer.wrap(id);
        return new StoredTask.Id(in.getLong(), in.getLong()) + (in.hasRemaining() ? "!" : "");
    }

    private static List<StoredTask> tasks(List<?> raws) {
        return raws.stream().map(raw -> StoredTask.of((byte[]) raw)).toList();
    }

    private static List<List<?>> pairs(List<?> content) {
        var pairs = new ArrayList<List<?>>();
        for (var i = 0; i < content.size(); i += 2) {
            pairs.add(content.subList(i, i + 2));
        }
        return pairs;
    }

    private static double score(List<?> pair) {
        var text = text(pair.get(1));
        return text.equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, UTF_8);
    }
}
