package dev.weirpool.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a task is to be run. {@link #DEFAULT} suits most: it is tried again if its worker dies, three times in all, and not if it
 * throws.
 *
 * <p>Immutable; each {@code with} gives a changed copy.
 */
public final class TaskOptions {

    public static final TaskOptions DEFAULT = new TaskOptions(Map.of(), Duration.ZERO, Optional.empty(), 0, 3, false);

    private static final String RETRY_ON = "!retry";
    private static final String BACKOFF = "!backoff";
    private static final String SOFT_LIMIT = "!soft";
    private static final String LIMIT = "!limit";
    private static final String KEEP = "!keep";
    private static final String UNIQUE = "!unique";
    private static final String UNIQUE_FOR = "!uniquefor";
    private static final String PARTITION_KEY = "!partition";

    /** The user's headers, and those options that travel as headers, whose names begin with {@code !}. */
    private final Map<String, String> allHeaders;

    private final Duration delay;
    private final Optional<Instant> at;
    private final int priority;
    private final int attempts;
    private final boolean failWhenFull;

    private TaskOptions(
            Map<String, String> allHeaders,
            Duration delay,
            Optional<Instant> at,
            int priority,
            int attempts,
            boolean failWhenFull) {
        this.allHeaders = allHeaders;
        this.delay = delay;
        this.at = at;
        this.priority = priority;
        this.attempts = attempts;
        this.failWhenFull = failWhenFull;
    }

    /** Reads the options that a task carries. */
    public static TaskOptions of(Map<String, String> allHeaders, int priority, int attempts) {
        if (allHeaders.isEmpty() && priority == DEFAULT.priority && attempts == DEFAULT.attempts) {
            return DEFAULT;
        }
        return new TaskOptions(Map.copyOf(allHeaders), Duration.ZERO, Optional.empty(), priority, attempts, false);
    }

    /** How often it is started at most, 3 by default; the death of its worker counts, and an exception that it is retried on. */
    public int attempts() {
        return attempts;
    }

    /**
     * Starts the task at most so often.
     *
     * @throws IllegalArgumentException if that is not from 1 to 255
     */
    public TaskOptions withAttempts(int attempts) {
        if (attempts < 1 || attempts > 255) {
            throw new IllegalArgumentException("attempts must be from 1 to 255, got " + attempts);
        }
        return new TaskOptions(allHeaders, delay, at, priority, attempts, failWhenFull);
    }

    /** Never starts the task a second time, whatever happens to the first: the same as {@code withAttempts(1)}. */
    public TaskOptions withAtMostOnce() {
        return withAttempts(1);
    }

    public boolean atMostOnce() {
        return attempts == 1;
    }

    /** Whether the task is tried again when it has thrown {@code thrown}; not by default. */
    public boolean retriesOn(Throwable thrown) {
        var names = allHeaders.get(RETRY_ON);
        if (names == null) {
            return false;
        }
        var wanted = List.of(names.split(",", -1));
        return Stream.<Class<?>>iterate(thrown.getClass(), type -> type != null, Class::getSuperclass)
                .anyMatch(type -> wanted.contains(type.getName()));
    }

    /** Tries the task again when it throws one of {@code types} or a subclass of one, as long as there are attempts left. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final TaskOptions withRetryOn(Class<? extends Throwable>... types) {
        return withRetryOn(Arrays.stream(types).map(Class::getName).toList());
    }

    /**
     * The same by the names of the types, which need not be known here.
     *
     * @throws IllegalArgumentException if there is none, or one is not the name of a class
     */
    public TaskOptions withRetryOn(List<String> types) {
        for (var type : types) {
            if (!type.matches("[\\w$]+(\\.[\\w$]+)*")) {
                throw new IllegalArgumentException(
                        "'" + type + "' is not the name of a class; write it like java.io.IOException");
            }
        }
        if (types.isEmpty()) {
            throw new IllegalArgumentException("name at least one type of exception to retry on");
        }
        return with(RETRY_ON, String.join(",", types));
    }

    /** How long it waits before it is tried again after an exception. */
    public Backoff backoff() {
        var text = allHeaders.get(BACKOFF);
        if (text == null || !text.matches("\\d{1,15},[\\d.]{1,9},\\d{1,15},[\\d.]{1,9}")) {
            return Backoff.DEFAULT;
        }
        var parts = text.split(",", -1);
        return new Backoff(
                millis(parts[0]), Double.parseDouble(parts[1]), millis(parts[2]), Double.parseDouble(parts[3]));
    }

    public TaskOptions withBackoff(Backoff backoff) {
        return with(
                BACKOFF,
                backoff.first().toMillis() + "," + backoff.factor() + ","
                        + backoff.cap().toMillis() + "," + backoff.jitter());
    }

    /** When a running task is interrupted, counted from its start; see {@link TaskContext#onSoftTimeLimit}. */
    public Optional<Duration> softTimeLimit() {
        return duration(SOFT_LIMIT);
    }

    public TaskOptions withSoftTimeLimit(Duration limit) {
        return with(SOFT_LIMIT, positive("the soft time limit", limit));
    }

    /**
     * When the process of a running task is killed, counted from its start, whatever it is doing. Its threads are taken down first.
     * The task has then failed with a {@link TimeLimitExceededException}, and is tried again if it is retried on that.
     */
    public Optional<Duration> timeLimit() {
        return duration(LIMIT);
    }

    public TaskOptions withTimeLimit(Duration limit) {
        return with(LIMIT, positive("the time limit", limit));
    }

    /** How long it waits in Redis before it is ready. */
    public Duration delay() {
        return delay;
    }

    public TaskOptions withDelay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative, got " + delay);
        }
        return new TaskOptions(allHeaders, delay, Optional.empty(), priority, attempts, failWhenFull);
    }

    /** When it is ready, by the clock of Redis; empty for after its {@link #delay}. */
    public Optional<Instant> at() {
        return at;
    }

    /** Ready at {@code moment}; replaces a delay. */
    public TaskOptions withAt(Instant moment) {
        return new TaskOptions(allHeaders, Duration.ZERO, Optional.of(moment), priority, attempts, failWhenFull);
    }

    /** 0, the default, is served first; 1, 2 and 3 wait until nothing is ahead of them. */
    public int priority() {
        return priority;
    }

    public TaskOptions withPriority(int priority) {
        if (priority < 0 || priority > 3) {
            throw new IllegalArgumentException("a priority must be from 0 (first) to 3 (last), got " + priority);
        }
        return new TaskOptions(allHeaders, delay, at, priority, attempts, failWhenFull);
    }

    /** The name that no other task of the queue may hold while this one waits or runs. */
    public Optional<String> uniqueKey() {
        return Optional.ofNullable(allHeaders.get(UNIQUE));
    }

    /** How long the name is held at most. */
    public Duration uniqueFor() {
        return duration(UNIQUE_FOR).orElse(Duration.ZERO);
    }

    /**
     * Refuses the task while another of the queue that was sent with the same {@code key} waits or runs, but no longer than
     * {@code limit} after that one was sent. If the queue has partitions, and they were sent with a {@link #withPartitionKey}, only those with
     * the same one are compared.
     */
    public TaskOptions withUniqueKey(String key, Duration limit) {
        if (key.isEmpty() || key.length() > 256) {
            throw new IllegalArgumentException("a unique key must have 1 to 256 characters, got " + key.length());
        }
        return with(UNIQUE, key).with(UNIQUE_FOR, positive("the time that a unique key is held", limit));
    }

    /** What decides on which partition of its queue it is put; empty if that is left to whoever sends it. */
    public Optional<String> partitionKey() {
        return Optional.ofNullable(allHeaders.get(PARTITION_KEY));
    }

    /**
     * Puts the task on the same partition of its queue as all others with this {@code key}, behind those that were sent before. Without
     * one, tasks are put on all partitions in turn, those with a unique key where that belongs.
     *
     * @throws IllegalArgumentException if it is empty, or longer than 256 characters
     */
    public TaskOptions withPartitionKey(String key) {
        if (key.isEmpty() || key.length() > 256) {
            throw new IllegalArgumentException("a partition key must have 1 to 256 characters, got " + key.length());
        }
        return with(PARTITION_KEY, key);
    }

    /** For how long the result can be read by its id from any process; empty if only the one that sent it gets it. */
    public Optional<Duration> keepResult() {
        return duration(KEEP);
    }

    public TaskOptions withKeepResult(Duration life) {
        return with(KEEP, positive("the life of a result", life));
    }

    /** Whether it is refused, rather than waiting here, while its queue is at its limit or Redis is full; not by default. */
    public boolean failWhenFull() {
        return failWhenFull;
    }

    /**
     * Has the task fail with a {@link QueueFullException}, or a {@code RedisFullException}, if there is no room for it: its sender does
     * not wait. Without this it waits until workers have made room, and when 10 000 tasks do, so does who sends one more.
     */
    public TaskOptions withFailWhenFull() {
        return new TaskOptions(allHeaders, delay, at, priority, attempts, true);
    }

    /** Text that travels with the task, readable without its arguments. */
    public Map<String, String> headers() {
        var own = new LinkedHashMap<>(allHeaders);
        own.keySet().removeIf(name -> name.startsWith("!"));
        return Map.copyOf(own);
    }

    /**
     * Has the task carry these headers instead of any it had.
     *
     * @throws IllegalArgumentException if a name is empty or begins with {@code !}
     */
    public TaskOptions withHeaders(Map<String, String> headers) {
        headers.keySet().forEach(name -> {
            if (name.isEmpty() || name.startsWith("!")) {
                throw new IllegalArgumentException(
                        "a header's name must not be empty nor begin with '!', got '" + name + "'");
            }
        });
        var all = new LinkedHashMap<>(allHeaders);
        all.keySet().removeIf(name -> !name.startsWith("!"));
        all.putAll(headers);
        return new TaskOptions(Map.copyOf(all), delay, at, priority, attempts, failWhenFull);
    }

    /** The headers as they travel. */
    Map<String, String> allHeaders() {
        return allHeaders;
    }

    private TaskOptions with(String header, String value) {
        var all = new LinkedHashMap<>(allHeaders);
        all.put(header, value);
        return new TaskOptions(Map.copyOf(all), delay, at, priority, attempts, failWhenFull);
    }

    private Optional<Duration> duration(String header) {
        return Optional.ofNullable(allHeaders.get(header))
                .filter(text -> text.matches("\\d{1,15}")) // what came out of Redis may be anything
                .map(TaskOptions::millis);
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    private static String positive(String what, Duration duration) {
        if (duration.toMillis() < 1) {
            throw new IllegalArgumentException(what + " must be at least 1 ms, got " + duration);
        }
        return Long.toString(duration.toMillis());
    }
}
