package dev.weirpool.worker;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The workers of which an operator wants to see the threads, and who has not answered yet. */
final class ThreadDumps {

    private static final Duration LIMIT = Duration.ofSeconds(3);

    private record Wanted(String worker, long deadlineNanos) {}

    private final Map<String, Wanted> wanted = new LinkedHashMap<>(); // by number of the order

    boolean isWanted(String order) {
        return wanted.containsKey(order);
    }

    void want(String order, String worker, @Nullable Child child) {
        wanted.put(order, new Wanted(worker, System.nanoTime() + LIMIT.toNanos()));
        if (child != null) {
            child.askForThreads();
        }
    }

    /** Gives each order its answer that has one by now. */
    void answer(Function<String, @Nullable Child> children, BiConsumer<String, String> answer) {
        wanted.entrySet().removeIf(each -> {
            var text = threads(each.getValue(), children.apply(each.getValue().worker));
            text.ifPresent(found -> answer.accept(each.getKey(), found));
            return text.isPresent();
        });
    }

    /** The stacks of a worker's threads, or why they cannot be had, once either is known. */
    private static Optional<String> threads(Wanted wanted, @Nullable Child child) {
        if (child == null) {
            return Optional.of("there is no worker " + wanted.worker + " any more");
        }
        var threads = child.takeThreads();
        if (threads.isPresent() || System.nanoTime() < wanted.deadlineNanos) {
            return threads;
        }
        return Optional.of("worker " + wanted.worker + ", pid " + child.pid() + ", has not answered within "
                + LIMIT.toSeconds() + " s"
                + child.memory()
                        .processState()
                        .map(state -> "; its process is " + state)
                        .orElse(""));
    }
}
