package dev.weirpool.cli.chaos;

import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the ledgers say, task by task. */
final class Accounts {

    private final int poisonEvery;
    private final Map<Integer, TaskId> submitted = new HashMap<>();
    private final Map<Integer, TaskId> submittedByExpendable = new HashMap<>();
    private final Map<Integer, List<String>> outcomes = new HashMap<>();
    private final Map<Integer, List<Execution>> executions = new HashMap<>();
    private final Map<Long, Execution> lastOfProcess = new HashMap<>();
    private long firstSent = Long.MAX_VALUE;
    private long lastResult;

    private Accounts(int poisonEvery) {
        this.poisonEvery = poisonEvery;
    }

    static Accounts read(Stage stage, int poisonEvery) {
        var accounts = new Accounts(poisonEvery);
        try (var files = Files.list(stage.directory())) {
            files.sorted().forEach(accounts::read);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the ledgers", e);
        }
        accounts.executions.values().forEach(all -> all.sort(Comparator.comparingLong(Execution::micros)));
        return accounts;
    }

    private void read(Path file) {
        var name = file.getFileName().toString();
        if (name.startsWith(Execution.PREFIX)) {
            Ledger.lines(file).stream().map(Execution::of).forEach(this::add);
        } else if (name.startsWith(Cast.ledger(""))) {
            var isExpendable = name.contains(ProducerMain.EXPENDABLE);
            Ledger.lines(file).forEach(line -> add(line.split(" ", -1), isExpendable));
        }
    }

    private void add(Execution execution) {
        executions
                .computeIfAbsent(execution.number(), number -> new ArrayList<>())
                .add(execution);
        lastOfProcess.merge(execution.pid(), execution, (one, other) -> one.micros() > other.micros() ? one : other);
    }

    private void add(String[] words, boolean isExpendable) {
        var number = Integer.parseInt(words[1]);
        var micros = Long.parseLong(words[3]);
        if (words[0].equals(ProducerMain.SUBMITTED)) {
            submitted.put(number, TaskId.parse(words[2]));
            if (isExpendable) {
                submittedByExpendable.put(number, TaskId.parse(words[2]));
            }
            firstSent = Math.min(firstSent, micros);
        } else {
            outcomes.computeIfAbsent(number, any -> new ArrayList<>()).add(words[2]);
            lastResult = Math.max(lastResult, micros);
        }
    }

    /** The tasks whose results nobody waited for. */
    Map<Integer, TaskId> submittedByExpendable() {
        return Map.copyOf(submittedByExpendable);
    }

    /** How a task of an expendable producer has ended. */
    void addKept(int number, Outcome outcome) {
        var text =
                outcome instanceof Outcome.Returned returned ? String.valueOf(returned.value()) : ProducerMain.FAILED;
        outcomes.computeIfAbsent(number, any -> new ArrayList<>()).add(text);
    }

    int submitted() {
        return submitted.size();
    }

    /** Good tasks that have returned what they should. */
    int completed() {
        return count(number -> !isPoison(number)
                && outcomesOf(number).contains(String.valueOf(ChaosTasks.expected(number)))
                && executions.containsKey(number));
    }

    /** Poisonous ones that were given up. */
    int givenUp() {
        return count(number -> isPoison(number) && outcomesOf(number).contains(ProducerMain.FAILED));
    }

    int lost() {
        return count(number -> outcomesOf(number).isEmpty());
    }

    /** Those that have ended, but not as they should. */
    int wrong() {
        return submitted() - completed() - givenUp() - lost();
    }

    /** Tasks with two results, as far as results can be counted: the tasks of expendable producers show only their last. */
    int completedTwice(Map<TaskId, Integer> witnessed) {
        return count(number -> outcomesOf(number).size() > 1 || witnessed.getOrDefault(submitted.get(number), 0) > 1);
    }

    /** Results that a producer got and the witness did not see. */
    int unwitnessed(Map<TaskId, Integer> witnessed) {
        return count(number -> !submittedByExpendable.containsKey(number)
                && !outcomesOf(number).isEmpty()
                && !witnessed.containsKey(submitted.get(number)));
    }

    /** Good tasks that were begun more than once. */
    int executedTwice() {
        return count(number -> !isPoison(number) && executionsOf(number).size() > 1);
    }

    /** Executions of good tasks beyond the first of each. */
    int furtherExecutions() {
        return submitted.keySet().stream()
                .filter(number -> !isPoison(number))
                .mapToInt(number -> Math.max(0, executionsOf(number).size() - 1))
                .sum();
    }

    /** How often the one poisonous task was run that was run most. */
    int mostExecutionsOfPoison() {
        return submitted.keySet().stream()
                .filter(this::isPoison)
                .mapToInt(number -> executionsOf(number).size())
                .max()
                .orElse(0);
    }

    /** Executions whose fence is not greater than that of an earlier one of the same task. */
    int staleFences() {
        var stale = 0;
        for (var all : executions.values()) {
            for (var i = 1; i < all.size(); i++) {
                stale += all.get(i).fence() <= all.get(i - 1).fence() ? 1 : 0;
            }
        }
        return stale;
    }

    double tasksPerSecond() {
        return lastResult <= firstSent ? 0 : outcomes.size() * 1e6 / (lastResult - firstSent);
    }

    /** From the death of each worker that was running a task until that task was begun again, in ms, sorted. */
    List<Double> recoveries(Stream<Strike> strikes) {
        return strikes.flatMap(strike -> strike.workers().stream().flatMap(pid -> recovery(pid, strike.begun())))
                .sorted()
                .toList();
    }

    private Stream<Double> recovery(long pid, long killed) {
        var last = lastOfProcess.get(pid);
        if (last == null) {
            return Stream.of();
        }
        return executionsOf(last.number()).stream()
                .filter(next -> next.micros() > killed && next.pid() != pid)
                .limit(1)
                // else the next worker was killed, too, before it had written down that it had begun
                .filter(next -> next.attempt() <= last.attempt() + 1)
                .map(next -> (next.micros() - killed) / 1000.0);
    }

    private int count(Predicate<Integer> condition) {
        return (int) submitted.keySet().stream().filter(condition).count();
    }

    private boolean isPoison(int number) {
        return ChaosOptions.isPoison(number, poisonEvery);
    }

    private List<String> outcomesOf(int number) {
        return outcomes.getOrDefault(number, List.of());
    }

    private List<Execution> executionsOf(int number) {
        return executions.getOrDefault(number, List.of());
    }
}
