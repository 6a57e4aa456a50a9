package dev.weirpool.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.TaskContext;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.protocol.Tally;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool tells of tasks under way. */
@Timeout(60)
final class ProgressTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskCanSayHowFarItIs(boolean inline) throws Exception {
        try (var pool = Pool.start(PoolOptions.of(1).withInline(inline))) {
            var result = pool.applyAsync(ProgressTest::speak);

            await().atMost(LIMIT).until(() -> result.progress().isPresent());

            assertThat(result.progress().map(Progress::done)).contains(7L);
            assertThat(result.progress().map(Progress::note)).contains("of nine");
            result.cancel(true);
        }
    }

    @Test
    void nothingIsKnownOfATaskThatSaysNothing() throws Exception {
        try (var pool = Pool.start(1)) {
            var result = pool.applyAsync(ProgressTest::headers);

            result.get();

            assertThat(result.progress()).isEmpty();
        }
    }

    @Test
    void aTaskSeesTheTraceThatItWasSentWith() throws Exception {
        var parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        try (var pool = Pool.start(1)) {
            var result = pool.applyAsync(
                    ProgressTest::headers, TaskOptions.DEFAULT.withHeaders(Map.of("traceparent", parent)));

            assertThat(result.get()).isEqualTo(Map.of("traceparent", parent));
        }
    }

    @Test
    void aPoolTellsHowItsWorkersAre() throws Exception {
        try (var pool = Pool.start(2)) {
            pool.apply(ProgressTest::headers);

            await().atMost(LIMIT)
                    .until(() -> pool.census()
                            .filter(census ->
                                    census.ready() == 2 && census.work().get(Tally.Count.DONE) == 1)
                            .isPresent());
        }
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true))) {
            assertThat(pool.census()).isEmpty();
        }
    }

    @Test
    void aLineShowsHowManyResultsThereAre() {
        var written = new ByteArrayOutputStream();
        var line = new ProgressLine(new PrintStream(written, true, UTF_8), true, "resizing", 4);

        IntStream.range(0, 4).forEach(i -> line.step(1));
        line.close();
        line.close();

        var lines = List.of(written.toString(UTF_8).split("\r", -1));
        assertThat(lines.get(1))
                .startsWith("\u001b[Kresizing [#####---------------] 1/4 25 %, ")
                .endsWith(" s left");
        assertThat(lines.get(lines.size() - 1))
                .startsWith("\u001b[Kresizing [####################] 4/4 100 %, ")
                .endsWith("/s" + System.lineSeparator());
        assertThat(written.toString(UTF_8).lines().filter(each -> each.contains("4/4")))
                .hasSize(1);
    }

    @Test
    void aLineIsShownAgainBelowWhatIsPrintedInItsPlace() {
        var written = new ByteArrayOutputStream();
        var terminal = new PrintStream(written, true, UTF_8);
        try (var line = new ProgressLine(terminal, true, "resizing", 0)) {
            line.print(terminal, "one");
            line.expect(3);
            line.print(terminal, "two");
            line.print(terminal, "three");
        }

        assertThat(onScreen(written.toString(UTF_8)))
                .hasSize(4)
                .startsWith("one", "two", "three")
                .last(InstanceOfAssertFactories.STRING)
                .startsWith("resizing [####################] 3/3 100 %, ");
        assertThat(written.toString(UTF_8)).contains("resizing 1, ", "resizing [#############-------] 2/3 67 %, ");
    }

    @Test
    void aLineThatIsNotInTheWayIsNotWrittenForEachThatIsPrintedElsewhere() {
        var shown = new ByteArrayOutputStream();
        var printed = new ByteArrayOutputStream();
        try (var line = new ProgressLine(new PrintStream(shown, true, UTF_8), false, "resizing", 1000)) {
            var out = new PrintStream(printed, true, UTF_8);
            IntStream.range(0, 1000).forEach(i -> line.print(out, "line " + i));
        }

        assertThat(printed.toString(UTF_8).lines()).hasSize(1000);
        assertThat(shown.toString(UTF_8).split("\r", -1).length).isLessThan(500);
        assertThat(onScreen(shown.toString(UTF_8))).singleElement().asString().contains("1000/1000 100 %");
    }

    /** What can be read there: the last that was written of each line. */
    private static List<String> onScreen(String written) {
        return Stream.of(written.split("\n"))
                .map(line -> line.substring(line.lastIndexOf('\r') + 1).replace("\u001b[K", ""))
                .toList();
    }

    @Test
    void aMapShowsHowManyItemsHaveEnded() throws Exception {
        var written = new ByteArrayOutputStream();
        try (var pool = Pool.start(PoolOptions.of(2))) {
            var results = pool.mapAsync(ProgressTest::square, List.of(1, 2, 3, 4, 5), 2);
            results.show(new ProgressLine(new PrintStream(written, true, UTF_8), true, "squaring", 5));

            assertThat(results.get(LIMIT)).containsExactly(1, 4, 9, 16, 25);

            await().atMost(LIMIT).until(() -> written.toString(UTF_8).endsWith(System.lineSeparator()));
            assertThat(written.toString(UTF_8))
                    .contains("squaring [####################] 5/5 100 %, ")
                    .containsOnlyOnce("5/5");
            assertThat(pool.mapAsync(ProgressTest::square, List.of(3))
                            .showProgress("squaring")
                            .get(LIMIT))
                    .as("where there is no terminal")
                    .containsExactly(9);
        }
    }

    @Test
    void aMapWhoseItemsFailOrAreCancelledEndsItsLine() throws Exception {
        var written = new ByteArrayOutputStream();
        var out = new PrintStream(written, true, UTF_8);
        try (var pool = Pool.start(PoolOptions.of(1))) {
            var failing = pool.mapAsync(ProgressTest::refuse, List.of(1, 2, 3), 1);
            failing.show(new ProgressLine(out, true, "failing", 3));
            assertThat(failing.await(LIMIT)).isTrue();
            await().atMost(LIMIT).until(() -> written.toString(UTF_8).contains("3/3 100 %"));

            var cancelled = pool.mapAsync(ProgressTest::linger, List.of(1, 2, 3), 1);
            cancelled.show(new ProgressLine(out, true, "lingering", 3));
            cancelled.cancel(true);
            await().atMost(LIMIT)
                    .until(() -> written.toString(UTF_8).lines().anyMatch(line -> line.contains("lingering")));
        }
    }

    @Test
    void resultsComeAsTheyAreWhereThereIsNoTerminalToShowTheirProgressOn() {
        try (var pool = Pool.start(PoolOptions.of(1).withInline(true));
                var results = pool.imap(ProgressTest::square, List.of(1, 2, 3)).showProgress("squaring", 3)) {
            assertThat(results.stream()).containsExactly(1, 4, 9);
        }
    }

    static String speak() throws InterruptedException {
        TaskContext.current().progress(7, 9, "of nine");
        Thread.sleep(60_000);
        return "";
    }

    static int refuse(int number) {
        throw new IllegalStateException("no " + number);
    }

    static int linger(int number) throws InterruptedException {
        Thread.sleep(60_000);
        return number;
    }

    static int square(int number) {
        return number * number;
    }

    static Map<String, String> headers() {
        return TaskContext.current().headers();
    }
}
