package dev.weirpool.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Envelope;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker process, as its launcher sees it; used by the launcher's own thread only. */
final class Child {

    private static final long OUTPUT_LIMIT_MILLIS = 500;
    private static final long LAST_WORDS_LIMIT_MILLIS = 200;
    private static final int SIGKILL = 9;
    private static final int OUT_OF_MEMORY = 3; // what -XX:+ExitOnOutOfMemoryError exits with
    private static final Duration PROGRESS_PERIOD = Duration.ofMillis(500);
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(3);

    private final String worker;
    private final Process process;
    private final Board board;
    private final Writer commands;
    private final OutputRelay output;
    private final OutputRelay errors;
    private final Memory memory;
    private final long startedNanos = System.nanoTime();
    private final Instant startedAt = Instant.now();
    private @Nullable Sighting sighting;
    private boolean askedForThreads;
    private final long kernelKillsBefore = Memory.kernelKills();
    private @Nullable String sentence;
    private @Nullable String reason; // as a Census names it
    private boolean exceededTimeLimit;
    private boolean recyclesByTasks;
    private boolean retired;
    private boolean surplus;
    private @Nullable String cancelled;
    private long cancelledNanos;
    private long toldProgress;
    private long toldProgressNanos = System.nanoTime() - PROGRESS_PERIOD.toNanos();

    private Child(String worker, Process process, Board board, WorkerOutput output) {
        this.worker = worker;
        this.process = process;
        this.board = board;
        this.memory = new Memory(process.pid());
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        this.output = OutputRelay.start(
                "weirpool-stdout-" + process.pid(), process.getInputStream(), line -> output.print(line(false, line)));
        this.errors = OutputRelay.start(
                "weirpool-stderr-" + process.pid(), process.getErrorStream(), line -> output.print(line(true, line)));
    }

    /** Starts the process, which boots and then waits for what it is {@link #tell told}. */
    static Child start(ProcessBuilder command, String worker, Board board, WorkerOutput output) throws IOException {
        return new Child(worker, command.start(), board, output);
    }

    /** Gives it its settings, with which it begins to work. */
    void tell(WorkerSettings settings) {
        recyclesByTasks = settings.maxTasks() > 0;
        try {
            settings.writeTo(commands);
        } catch (IOException e) {
            // it is dead already: its exit, with its last words, tells more than the broken pipe
        }
    }

    /** On the threads of the relays. */
    private WorkerOutput.Line line(boolean isError, String text) {
        // a quick task has often ended by the time that its line is read
        var task = board.latest().map(running -> HexFormat.of().formatHex(Envelope.idOf(running.fence())));
        return new WorkerOutput.Line(pid(), task, isError, text);
    }

    String worker() {
        return worker;
    }

    Process process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    boolean isReady() {
        return board.isReady();
    }

    Board board() {
        return board;
    }

    /** How long it has been there. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    Memory memory() {
        return memory;
    }

    /** What its task says of its progress, if that is news, and the last was told long enough ago. */
    Optional<Progress> progressToTell() {
        var now = System.nanoTime();
        if (now - toldProgressNanos < PROGRESS_PERIOD.toNanos()) {
            return Optional.empty();
        }
        var said = board.said();
        if (said.isEmpty()
                || said.get().count() == toldProgress
                || sighting == null
                || sighting.task.count() != said.get().task()) {
            return Optional.empty();
        }
        toldProgress = said.get().count();
        toldProgressNanos = now;
        return said.map(Board.Said::progress);
    }

    /** Looks which task runs; the launcher does ten times a second. */
    void look() {
        var running = board.running();
        if (running.isEmpty()) {
            sighting = null;
        } else if (sighting == null || sighting.task.count() != running.get().count()) {
            sighting = new Sighting(running.get(), System.nanoTime(), Instant.now());
        }
    }

    /** The task that runs, as last looked at. */
    Optional<Sighting> sighting() {
        return Optional.ofNullable(sighting);
    }

    /** A task that runs, and when that was first seen. */
    record Sighting(Board.Running task, long sinceNanos, Instant since) {

        String taskId() {
            return HexFormat.of().formatHex(Envelope.idOf(task.fence()));
        }
    }

    /** What is known of it. */
    WorkerState state() {
        return new WorkerState(
                worker,
                pid(),
                isReady(),
                startedAt,
                memory.currentBytes(),
                board.heapLimit(),
                board.begun(),
                sighting().map(Sighting::taskId),
                sighting().map(Sighting::since));
    }

    /** Asks it to write down the stacks of its threads, for {@link #takeThreads}. */
    void askForThreads() {
        if (!askedForThreads) { // once: a frozen worker reads nothing, and its pipe must not fill
            askedForThreads = true;
            command("threads");
        }
    }

    /** The stacks of its threads, once it has written them down. */
    Optional<String> takeThreads() {
        var threads = readThreads();
        if (threads.isPresent()) {
            askedForThreads = false;
            board.deleteThreads();
        }
        return threads;
    }

    private Optional<String> readThreads() {
        try {
            return Files.exists(board.threadsFile())
                    ? Optional.of(Files.readString(board.threadsFile()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Why the launcher has killed it, if it has. */
    Optional<String> sentence() {
        return Optional.ofNullable(sentence);
    }

    boolean exceededTimeLimit() {
        return exceededTimeLimit;
    }

    /** Asks it to finish its task and end. */
    void stop() {
        if (reason == null) {
            reason = "stopped";
        }
        command("stop");
    }

    /** Whether it has been told to end. */
    boolean isLeaving() {
        return reason != null;
    }

    boolean isRetired() {
        return retired;
    }

    /** Whether nobody takes its place when it ends. */
    boolean isSurplus() {
        return surplus;
    }

    boolean isBusy() {
        return board.running().isPresent();
    }

    /** Ends it now if it is still booting, and so holds no task; else asks it to finish its task and end. */
    void dismiss() {
        if (board.dismiss()) {
            kill("killed", "was not needed any more");
        } else {
            stop();
        }
    }

    /** Asks it to end the task with that id, if it runs it. */
    void cancel(String task) {
        if (!task.equals(cancelled)) { // once: a frozen worker reads nothing, and its pipe must not fill
            cancelled = task;
            cancelledNanos = System.nanoTime();
            command("cancel " + task);
        } else if (System.nanoTime() - cancelledNanos > CANCEL_LIMIT.toNanos() && runs(task)) {
            kill("cancelled", "was killed because it did not end a task that was cancelled");
        }
    }

    private boolean runs(String task) {
        return board.running()
                .filter(running ->
                        HexFormat.of().formatHex(Envelope.idOf(running.fence())).equals(task))
                .isPresent();
    }

    private void command(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            // it is dead already, and its exit is on its way to the launcher
        }
    }

    /** Ends it now. */
    void kill(String reason, String sentence) {
        if (this.sentence == null) {
            this.sentence = sentence;
            this.reason = reason;
        }
        process.destroyForcibly();
    }

    /** Asks it, once, to end after its task; it will be replaced. */
    void retire(String reason, String why) {
        if (!retired) {
            retired = true;
            this.reason = reason;
            log().info("worker {}, pid {}, {}; replacing it after its task", worker, pid(), why);
            stop();
        }
    }

    /** Asks it, once, to end after its task; it will not be replaced. */
    void retireForGood() {
        surplus = true;
        if (!retired) {
            retired = true;
            reason = "resized";
            log().info("worker {}, pid {}, is one too many; it ends after its task", worker, pid());
            stop();
        }
    }

    /** Why it has ended, as a {@link Census} names it. */
    String reason() {
        var code = process.exitValue();
        if (reason != null && (sentence != null || code == WorkerExit.DONE.code)) {
            return reason;
        }
        if (code == WorkerExit.DONE.code && recyclesByTasks) {
            return "recycled_tasks";
        }
        if (code == OUT_OF_MEMORY) {
            return "out_of_memory";
        }
        return Stream.of(WorkerExit.FENCED, WorkerExit.NOT_INITIALIZED, WorkerExit.CANCELLED, WorkerExit.BROKEN)
                .filter(exit -> exit.code == code)
                .findFirst()
                .map(exit -> exit.name().toLowerCase(Locale.ROOT))
                .orElseGet(() -> isSignal(code) ? "signal_" + (code - 128) : "exit_" + code);
    }

    private static boolean isSignal(int code) {
        return code > 128 && code < 160;
    }

    /** Ends it now because its task has reached its time limit. */
    void killForTimeLimit(long limitMillis) {
        exceededTimeLimit = true;
        kill("time_limit", "was killed because its task had exceeded its time limit of " + limitMillis + " ms");
    }

    /** What is known of its end; called when it has exited, before {@link #bury}. */
    Death death() {
        errors.await(LAST_WORDS_LIMIT_MILLIS);
        output.await(LAST_WORDS_LIMIT_MILLIS);
        var details = new LinkedHashMap<String, String>();
        if (!lastWords().isEmpty()) {
            details.put("stderr", String.join("\n", lastWords()));
        }
        if (!output.lastLines().isEmpty()) {
            details.put("stdout", String.join("\n", output.lastLines()));
        }
        if (memory.peakBytes() > 0) {
            details.put("peak_rss", Long.toString(memory.peakBytes()));
        }
        Optional.of(CrashReports.of(pid()))
                .filter(this::isOurs)
                .ifPresent(file -> details.put("hs_err", file.toString()));
        if (exceededTimeLimit) {
            readThreads().ifPresent(text -> details.put("threads", text));
        }
        return new Death(
                worker,
                "worker " + pid() + " on " + Host.name(),
                runningToBlame(),
                sentence().orElseGet(this::howItEnded),
                exceededTimeLimit,
                details);
    }

    /** One that was cancelled is given back as it was: whoever claims it next finds the mark and tells its client. */
    private Optional<byte[]> runningToBlame() {
        return cancelled != null && runs(cancelled)
                ? Optional.empty()
                : board.running().map(Board.Running::fence);
    }

    /** A report of an earlier process with the same pid may lie about. */
    private boolean isOurs(Path report) {
        try {
            return Files.exists(report)
                    && Files.getLastModifiedTime(report)
                            .toInstant()
                            .isAfter(Instant.now().minus(age()));
        } catch (IOException e) {
            return false;
        }
    }

    /** For the log and the record of the attempt, in words. */
    String howItEnded() {
        var code = process.exitValue();
        if (code == 128 + SIGKILL) {
            return "was killed by signal 9, which was not ours"
                    + (Memory.kernelKills() > kernelKillsBefore
                            ? "; memory had run out, for which the kernel has killed a process meanwhile, maybe this one"
                            : "");
        }
        return isSignal(code) ? "was killed by signal " + (code - 128) : "ended with exit code " + code;
    }

    /** Clears up behind it when it has exited; what it printed has been passed on when this returns. */
    void bury() {
        output.await(OUTPUT_LIMIT_MILLIS);
        errors.await(OUTPUT_LIMIT_MILLIS);
        board.delete();
        try {
            commands.close();
        } catch (IOException e) {
            // the other end is gone, as it should be
        }
    }

    /** Of its standard error; where it said nothing there, of its standard output, on which a JVM says why it cannot start. */
    List<String> lastWords() {
        return errors.lastLines().isEmpty() && !isReady() ? output.lastLines() : errors.lastLines();
    }

    /** Not a field, as in {@link Launcher}. */
    private static Logger log() {
        return LoggerFactory.getLogger(Child.class);
    }
}
