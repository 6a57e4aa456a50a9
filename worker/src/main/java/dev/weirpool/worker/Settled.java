package dev.weirpool.worker;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Failure;
import dev.weirpool.queue.Outcome;
import dev.weirpool.queue.TaskCodec;
import dev.weirpool.queue.protocol.Effect;
import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.protocol.ScheduledRun;
import dev.weirpool.queue.protocol.Settlement;
import dev.weirpool.queue.protocol.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows an attempt, as a step is to carry it out.
 *
 * @param settlements one
 * @param effects what else happens with it
 */
record Settled(List<Settlement> settlements, List<Effect> effects) {

    /** What its results take, which is what makes it large. */
    int bytes() {
        return settlements.stream()
                .mapToInt(settlement -> settlement instanceof Settlement.Complete complete
                        ? complete.result().length
                        : settlement instanceof Settlement.Bury bury ? bury.result().length : 0)
                .sum();
    }

    /** What an attempt that is settled so counts as. */
    Tally.Count count() {
        return settlements.get(0) instanceof Settlement.Retry
                ? Tally.Count.RETRIED
                : settlements.get(0) instanceof Settlement.Bury ? Tally.Count.DEAD : Tally.Count.DONE;
    }

    /** Decides what follows {@code run}: the task is done, is tried again, or is given up. */
    static Settled of(Envelope task, Payloads payloads, TaskRunner.Run run, Console.Mark printed) {
        var codec = payloads.codec();
        if (!(run.outcome() instanceof Outcome.Threw threw)) {
            var completed = completed(task, payloads, run.outcome());
            noteOfKept(task, codec, printed).ifPresent(completed.effects::add);
            return completed;
        }
        var note = note(task, codec, threw.failure(), printed.details());
        if (run.isRetryable() && task.attempt() < task.maxAttempts()) {
            var delay = codec.options(task).backoff().after(task.attempt());
            return new Settled(List.of(new Settlement.Retry(task, delay)), List.of(note));
        }
        return buried(task, payloads, threw, note);
    }

    /** The task is done. */
    static Settled completed(Envelope task, Payloads payloads, Outcome outcome) {
        var result = payloads.encode(task, outcome);
        var effects = ended(task, payloads.codec(), result);
        task.blob().ifPresent(blob -> effects.add(new Effect.DropBlob(task, blob)));
        if (task.attempt() > 1) {
            effects.add(new Effect.ForgetAttempts(task));
        }
        return new Settled(List.of(new Settlement.Complete(task, result)), effects);
    }

    /** The task is given up for a reason that is not an exception of its own. */
    static Settled gaveUp(Envelope task, Payloads payloads, String why) {
        var codec = payloads.codec();
        var failure = Failure.of(why, codec.where());
        return buried(task, payloads, new Outcome.Threw(failure), note(task, codec, failure, Map.of()));
    }

    private static Settled buried(Envelope task, Payloads payloads, Outcome.Threw outcome, Effect note) {
        var result = payloads.encode(task, outcome);
        var effects = ended(task, payloads.codec(), result);
        effects.add(note);
        return new Settled(List.of(new Settlement.Bury(task, result)), effects);
    }

    private static List<Effect> ended(Envelope task, TaskCodec codec, byte[] result) {
        var effects = new ArrayList<Effect>();
        if (task.hasHeaders()) {
            var options = codec.options(task);
            options.keepResult().ifPresent(life -> effects.add(new Effect.KeepResult(task, result, life)));
            options.uniqueKey().ifPresent(name -> effects.add(new Effect.ReleaseName(task, name)));
            ScheduledRun.of(task).ifPresent(run -> {
                effects.add(new Effect.Leave(task, run));
                run.again().ifPresent(how -> effects.add(new Effect.Again(task, run)));
            });
        }
        return effects;
    }

    /** What an attempt that went well has printed is kept as long as its result. */
    private static Optional<Effect> noteOfKept(Envelope task, TaskCodec codec, Console.Mark printed) {
        if (!task.hasHeaders()) {
            return Optional.empty();
        }
        var details = printed.details();
        return codec.options(task)
                .keepResult()
                .filter(life -> !details.isEmpty())
                .map(life -> new Effect.NoteAttempt(
                        task,
                        new Attempt(task.attempt(), Instant.now(), codec.where(), "returned", details).toBytes(),
                        life));
    }

    private static Effect note(Envelope task, TaskCodec codec, Failure failure, Map<String, String> printed) {
        var details = new LinkedHashMap<>(printed);
        details.put("stack", failure.stackAsText());
        var attempt = new Attempt(
                task.isReadable() ? task.attempt() : 0, Instant.now(), codec.where(), failure.toString(), details);
        return new Effect.NoteAttempt(task, attempt.toBytes());
    }
}
