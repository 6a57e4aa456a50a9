package dev.weirpool.queue.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A launcher and its workers, as it last said; it does with each heartbeat.
 *
 * @param id host, pid and a random number
 * @param version of Weirpool
 * @param java the version of Java that it and its workers run on
 * @param at when it said so, by its own clock, as all moments here are; {@link Instant#EPOCH} if it has said nothing lately
 * @param processes how many workers it keeps
 * @param memoryLimit the bytes that its machine or container has, 0 if that cannot be told
 * @param restarts how many workers have died that were not told to
 * @param draining whether it begins no more tasks and ends with the last one
 */
public record LauncherState(
        String id,
        String host,
        long pid,
        String version,
        String java,
        Instant at,
        Instant startedAt,
        int processes,
        long memoryLimit,
        long restarts,
        boolean draining,
        List<WorkerState> workers) {

    public LauncherState {
        workers = List.copyOf(workers);
    }

    /** Whether it has said how it is. */
    public boolean isKnown() {
        return !at.equals(Instant.EPOCH);
    }

    /** The launcher of a worker of that name. */
    static String ofWorker(String worker) {
        return worker.substring(0, Math.max(0, worker.lastIndexOf('.')));
    }

    /** What the name of a launcher tells that says nothing of itself. */
    static LauncherState silent(String id, List<String> workers) {
        var parts = id.split("\\.", -1);
        var pid = parts.length < 3 ? "" : parts[parts.length - 2];
        var host = parts.length < 3 ? id : String.join(".", List.of(parts).subList(0, parts.length - 2));
        return new LauncherState(
                id,
                host,
                pid.matches("\\d{1,18}") ? Long.parseLong(pid) : 0,
                "",
                "",
                Instant.EPOCH,
                Instant.EPOCH,
                workers.size(),
                0,
                0,
                false,
                workers.stream().map(WorkerState::silent).toList());
    }

    /** As it is stored: a line for each value, and one for each worker. */
    public byte[] toBytes() {
        var text = new StringBuilder();
        line(text, "host", host);
        line(text, "pid", Long.toString(pid));
        line(text, "version", version);
        line(text, "java", java);
        line(text, "at", millis(at));
        line(text, "started", millis(startedAt));
        line(text, "processes", Integer.toString(processes));
        line(text, "memory", Long.toString(memoryLimit));
        line(text, "restarts", Long.toString(restarts));
        line(text, "draining", Boolean.toString(draining));
        for (var worker : workers) {
            line(
                    text,
                    "worker",
                    String.join(
                            " ",
                            worker.name(),
                            Long.toString(worker.pid()),
                            Boolean.toString(worker.ready()),
                            millis(worker.startedAt()),
                            Long.toString(worker.memory()),
                            Long.toString(worker.heapLimit()),
                            Long.toString(worker.begun()),
                            worker.task().orElse("-"),
                            millis(worker.since().orElse(Instant.EPOCH))));
        }
        return text.toString().getBytes(UTF_8);
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(' ').append(value.replace('\n', ' ')).append('\n');
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }

    /** Reads what {@link #toBytes} made; whatever is missing or spoilt is empty. */
    static LauncherState of(String id, byte[] bytes) {
        var values = new HashMap<String, String>();
        var workers = new ArrayList<WorkerState>();
        for (var line : new String(bytes, UTF_8).split("\n", -1)) {
            var parts = line.split(" ", 2);
            if (parts.length == 2 && parts[0].equals("worker")) {
                worker(parts[1].split(" ", -1)).ifPresent(workers::add);
            } else if (parts.length == 2) {
                values.put(parts[0], parts[1]);
            }
        }
        return new LauncherState(
                id,
                values.getOrDefault("host", ""),
                number(values, "pid"),
                values.getOrDefault("version", ""),
                values.getOrDefault("java", ""),
                Instant.ofEpochMilli(number(values, "at")),
                Instant.ofEpochMilli(number(values, "started")),
                (int) number(values, "processes"),
                number(values, "memory"),
                number(values, "restarts"),
                Boolean.parseBoolean(values.getOrDefault("draining", "")),
                workers);
    }

    private static Optional<WorkerState> worker(String[] parts) {
        if (parts.length < 9) {
            return Optional.empty();
        }
        var since = number(parts[8]);
        return Optional.of(new WorkerState(
                parts[0],
                number(parts[1]),
                Boolean.parseBoolean(parts[2]),
                Instant.ofEpochMilli(number(parts[3])),
                number(parts[4]),
                number(parts[5]),
                number(parts[6]),
                parts[7].equals("-") ? Optional.empty() : Optional.of(parts[7]),
                since == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(since))));
    }

    private static long number(Map<String, String> values, String name) {
        return number(values.getOrDefault(name, ""));
    }

    private static long number(String text) {
        return text.matches("\\d{1,15}") ? Long.parseLong(text) : 0;
    }
}
