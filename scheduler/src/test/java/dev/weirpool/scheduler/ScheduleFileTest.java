package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weirpool.queue.Backoff;
import dev.weirpool.queue.TaskOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScheduleFileTest {

    private static final String GOOD = """
            schedules:
              nightly-report:
                task: dev.weirpool.scheduler.Reports::nightly
                args: [eu, 30]
                cron: 0 30 2 * * ?
                zone: Europe/Berlin
                start: 2026-01-01T00:00:00Z
                end: 2027-01-01T00:00:00+01:00
                excluding: {weekdays: [SATURDAY, sun], dates: [12-25], ranges: [2026-12-24/2027-01-02, 2026-05-01]}
                queue: reports
                misfire: all(100)
                noOverlap: true
                options: &careful
                  attempts: 5
                  retryOn: [java.io.IOException]
                  backoff: {first: 2s, factor: 3, cap: 1h}
                  softTimeLimit: 1h30m
                  timeLimit: PT2H
                  priority: 1
                  keepResult: 2d
                  headers: {team: reports}
              by-name:
                task: dev.weirpool.scheduler.Reports::nightly
                args: {region: eu, days: 30}
                every: 10s
                misfire: skip
                maxConcurrent: 3
                options: *careful
              after:
                task: dev.weirpool.scheduler.Reports::hourly
                fixedDelay: 5m
              unix:
                task: dev.weirpool.scheduler.Reports::all
                args: [[eu, us], 7]
                cron: "*/5 * * * *"
                queue: reports
              once:
                task: dev.weirpool.scheduler.Reports$Inner::run
                at: 2026-12-24T18:00:00Z
            """;

    private static final String NOISE = "\n :-[]{}&*!|>'\"%@`#,?x0";

    @TempDir
    private Path directory;

    private static ScheduleFile parse(String text) {
        return ScheduleFile.parse("schedules.yml", text, ScheduleFileTest.class.getClassLoader());
    }

    @Test
    void aFileBecomesTheSameSchedulesAsCode() {
        var queues = parse(GOOD).queues();

        assertThat(queues.keySet()).containsExactly("reports", "default");
        assertThat(queues.get("reports")).extracting(ScheduledTask::name).containsExactly("nightly-report", "unix");
        assertThat(queues.get("default")).extracting(ScheduledTask::name).containsExactly("by-name", "after", "once");
        var nightly = queues.get("reports").get(0);
        assertThat(nightly.task().name()).isEqualTo("dev.weirpool.scheduler.Reports::nightly");
        assertThat(nightly.schedule())
                .hasToString("cron 0 30 2 * * ?; zone Europe/Berlin; from 2026-01-01T00:00:00Z; until"
                        + " 2026-12-31T23:00:00Z; excluding SATURDAY SUNDAY 12-25 2026-05-01/2026-05-01"
                        + " 2026-12-24/2027-01-02");
        assertThat(nightly.options().misfire()).isEqualTo(Misfire.all(100));
        assertThat(nightly.options().maxConcurrent()).isOne();
        var options = nightly.options().task();
        assertThat(options.attempts()).isEqualTo(5);
        assertThat(options.retriesOn(new IOException())).isTrue();
        assertThat(options.retriesOn(new IllegalStateException())).isFalse();
        assertThat(options.backoff())
                .isEqualTo(new Backoff(Duration.ofSeconds(2), 3, Duration.ofHours(1), Backoff.DEFAULT.jitter()));
        assertThat(options.softTimeLimit()).contains(Duration.ofMinutes(90));
        assertThat(options.timeLimit()).contains(Duration.ofHours(2));
        assertThat(options.priority()).isOne();
        assertThat(options.keepResult()).contains(Duration.ofDays(2));
        assertThat(options.headers()).isEqualTo(Map.of("team", "reports"));
        var byName = queues.get("default").get(0);
        assertThat(byName.schedule()).isEqualTo(Schedule.every(Duration.ofSeconds(10)));
        assertThat(byName.options().maxConcurrent()).isEqualTo(3);
        assertThat(byName.options().misfire()).isEqualTo(Misfire.SKIP);
        assertThat(byName.options().task().attempts()).isEqualTo(5);
        var after = queues.get("default").get(1);
        assertThat(after.schedule()).isEqualTo(Schedule.withFixedDelay(Duration.ofMinutes(5)));
        assertThat(after.options().misfire()).isEqualTo(ScheduleOptions.DEFAULT.misfire());
        assertThat(after.options().task().attempts()).isEqualTo(TaskOptions.DEFAULT.attempts());
        assertThat(queues.get("reports").get(1).schedule()).isEqualTo(Schedule.cron("*/5 * * * *", "UTC"));
        assertThat(queues.get("default").get(2).schedule())
                .isEqualTo(Schedule.at(Instant.parse("2026-12-24T18:00:00Z")));
        assertThat(System.getProperty("dev.weirpool.scheduler.Reports"))
                .as("set when code of the class has run")
                .isNull();
    }

    @Test
    void allMistakesAreToldAtOnceEachWithItsPlace() {
        var text = """
                schedules:
                  a:
                    taks: dev.weirpool.scheduler.Reports::hourly
                    every: 10
                  b:
                    task: dev.weirpool.scheduler.Reports::hourly
                    cron: 0 30 2 * * MOON
                    zone: Europe/Berln
                  a:
                    task: dev.weirpool.scheduler.Reports::hourly
                    every: 10s
                    at: 2026-12-24
                    options: {attempts: 0, timelimit: 5m, priority: high}
                  c: every day
                """;

        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                schedules.yml has 11 mistakes; nothing of it is used until they are mended
                  schedules.yml:3:5: there is no key 'task'; name a method, as in com.acme.Reports::nightly
                  schedules.yml:3:5: unknown key 'taks' in schedule 'a'; did you mean task?; there are task, args, cron, every, fixedDelay, at, zone, start, end, excluding, queue, misfire, noOverlap, maxConcurrent and options
                  schedules.yml:4:12: 'every': '10' is not a duration; write it like 10s, 5m, 1h30m, 2d or PT10S
                  schedules.yml:7:11: 'cron': cron '0 30 2 * * MOON', column 12 (day of week): 'MOON' is not a day of week; did you mean MON?; give 1 to 7 or SUN to SAT
                  schedules.yml:8:11: 'zone': no time zone 'Europe/Berln'; did you mean Europe/Berlin?; names look like Europe/Berlin or UTC
                  schedules.yml:9:3: 'a' comes twice in 'schedules'; the first is in line 2: rename or remove one
                  schedules.yml:12:5: every and at cannot be given together; keep one
                  schedules.yml:13:25: 'attempts': attempts must be from 1 to 255, got 0
                  schedules.yml:13:28: unknown key 'timelimit' in 'options'; did you mean timeLimit?; there are attempts, atMostOnce, retryOn, backoff, softTimeLimit, timeLimit, priority, keepResult and headers
                  schedules.yml:13:53: 'priority': 'high' is not a whole number
                  schedules.yml:14:6: schedule 'c' must be a mapping of keys to values, got 'every day'""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            every: 10s; at: 2026-12-24T18:00:00Z | 5:5: every and at cannot be given together; keep one
            queue: q | 3:5: nothing says when; give one of cron, every, fixedDelay and at
            every: 500ms | 4:12: 'every': a period must be at least 1 s and in whole milliseconds, got PT0.5S; for more, send several tasks each time
            every: [10s] | 4:12: 'every' must be a single value, got a list
            every: | 4:11: 'every' must be a single value, got nothing
            every: 10s; end: tomorrow | 5:10: 'end': 'tomorrow' is not a moment; write it like 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00
            cron: 0 0 0 30 2 ? | 4:11: 'cron': 'cron 0 0 0 30 2 ?' never fires: no day matches it; check the day and the month
            every: 1h; start: 2027-01-01T00:00:00Z; end: 2026-01-01T00:00:00Z | 4:5: 'every': the end 2026-01-01T00:00:00Z is not after the start 2027-01-01T00:00:00Z; swap them, or leave one out
            every: 1h; excluding: SATURDAY | 5:16: 'excluding' must be a mapping of keys to values, got 'SATURDAY'
            every: 1h; excluding: {weekday: [SAT]} | 5:17: unknown key 'weekday' in 'excluding'; did you mean weekdays?; there are weekdays, dates and ranges
            every: 1h; excluding: {weekdays: SAT} | 5:27: 'weekdays' must be a list, got 'SAT'; write [a, b]
            every: 1h; excluding: {weekdays: [SATERDAY]} | 5:28: an item of 'weekdays': 'SATERDAY' is not a day of the week; did you mean SATURDAY?
            every: 1h; excluding: {dates: [02-30]} | 5:25: an item of 'dates': '02-30' is not a date of every year; write it like 12-25
            every: 1h; excluding: {ranges: [2026-12-24/2026-12-23]} | 5:26: an item of 'ranges': the range 2026-12-24/2026-12-23 ends before it begins; swap the dates
            every: 1h; queue: my queue | 5:12: 'queue': not a queue name: 'my queue'; use 1 to 64 letters, digits, '.', '_' and '-'
            every: 1h; misfire: sometimes | 5:14: 'misfire': 'sometimes' is unknown; write skip, once or all(100)
            every: 1h; misfire: onse | 5:14: 'misfire': 'onse' is unknown; did you mean once?; write skip, once or all(100)
            every: 1h; noOverlap: yes | 5:16: 'noOverlap': 'yes' is neither true nor false
            every: 1h; maxConcurrent: 0 | 5:20: 'maxConcurrent': at least 1 task of a schedule must be allowed to run, got 0
            every: 1h; noOverlap: true; maxConcurrent: 3 | 6:5: noOverlap allows one at a time, maxConcurrent several; keep one of them
            every: 1h; options: {attempts: 0} | 5:25: 'attempts': attempts must be from 1 to 255, got 0
            every: 1h; options: {attempts: many} | 5:25: 'attempts': 'many' is not a whole number
            every: 1h; options: {timelimit: 5m} | 5:15: unknown key 'timelimit' in 'options'; did you mean timeLimit?; there are attempts, atMostOnce, retryOn, backoff, softTimeLimit, timeLimit, priority, keepResult and headers
            every: 1h; options: {retryOn: [a b]} | 5:15: 'retryOn': 'a b' is not the name of a class; write it like java.io.IOException
            every: 1h; options: {headers: {'!x': 1}} | 5:15: 'headers': a header's name must not be empty nor begin with '!', got '!x'
            """)
    void aBadValueIsRefusedAtItsPlace(String keys, String message) {
        var text = "schedules:\n  a:\n    task: a.B::c\n    " + keys.replace("; ", "\n    ");

        assertThatThrownBy(() -> ScheduleFile.parse("f", text, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("f has 1 mistake; nothing of it is used until it is mended\n  f:" + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            Report::hourly          | []             | there is no class Report on the class path
            Reports.Inner::run      | []             | there is no class dev.weirpool.scheduler.Reports.Inner on the class path; did you mean dev.weirpool.scheduler.Reports$Inner?
            Reports::nigthly        | [eu, 30]       | class dev.weirpool.scheduler.Reports has no static method named nigthly; did you mean nightly?; it has all, hourly and nightly
            Reports::nightly        | [eu]           | dev.weirpool.scheduler.Reports::nightly does not take 1 argument; there is public static java.lang.String dev.weirpool.scheduler.Reports.nightly(java.lang.String,int)
            Reports::nightly        | [eu, many]     | cannot read 'many' as int for parameter days
            Reports::nightly        | [eu, null]     | parameter days of type int cannot be null
            Reports::nightly        | [[eu], 30]     | parameter region of type String cannot be of type ArrayList
            Reports::nightly        | {regoin: eu, days: 30} | dev.weirpool.scheduler.Reports::nightly takes region, which was not given: got [days, regoin]; for 'regoin' did you mean region?
            Reports::nightly        | {days: 30}     | dev.weirpool.scheduler.Reports::nightly does not take 1 argument; there is public static java.lang.String dev.weirpool.scheduler.Reports.nightly(java.lang.String,int)
            """)
    void aTaskThatCannotBeCalledIsRefusedWithTheOneThatIsNear(String task, String arguments, String message) {
        var prefix = task.startsWith("Reports") ? "dev.weirpool.scheduler." : "";
        var text = "schedules:\n  a:\n    task: " + prefix + task + "\n    every: 1h\n    args: " + arguments;

        assertThat(ScheduleFile.parse("f", text, null).queues()).hasSize(1);
        assertThatThrownBy(() -> parse(text)).hasMessageEndingWith("\n  schedules.yml:3:11: " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            schedules: {a: {cron: */5 * * * *}} | 1:24: not YAML: unexpected character found /(47); put a value that begins so in quotes, as in "*/5 * * * *"
            schedules: {a: {cron: @daily}}      | 1:23: not YAML: found character '@' that cannot start any token. (Do not use @ for indentation); put a value that begins so in quotes, as in "*/5 * * * *"
            schedules: [                        | 1:13: not YAML
            schedule: {}                        | 1:1: unknown key 'schedule' in the file; did you mean schedules?
            [a]                                 | 1:1: the file must be a mapping of keys to values, got a list
            """)
    void whatIsNoScheduleFileIsRefused(String text, String message) {
        assertThatThrownBy(() -> parse(text)).hasMessageContaining("schedules.yml:" + message);
    }

    @Test
    void anEmptyFileIsRefusedBecauseItMayBeHalfWritten() {
        assertThatThrownBy(() -> parse("# nothing"))
                .hasMessageEndingWith("it is empty; for no schedules write 'schedules: {}'");
        assertThat(parse("schedules: {}").queues()).isEmpty();
    }

    @Test
    void aSmallFileCannotUnfoldToALargeOne() {
        var laughs = IntStream.range(1, 20)
                .mapToObj(i -> "  - &a" + i + " [" + ("*a" + (i - 1) + ", ").repeat(9) + "x]")
                .collect(Collectors.joining("\n", "bomb:\n  - &a0 [x]\n", "\nschedules: {}\n"));

        assertThatThrownBy(() -> parse(laughs)).hasMessageContaining("unfold to more than 1000000 values");
        assertThatThrownBy(() -> parse("schedules: &a {a: {args: [*a]}}")).hasMessageContaining("unfold");
        assertThatThrownBy(() -> parse("schedules: " + "[".repeat(100_000)))
                .hasMessageEndingWith("schedules.yml:1:41: nested more than 30 deep");
        assertThatThrownBy(() -> parse("schedules: " + "{a: ".repeat(100_000)))
                .hasMessageContaining("nested more than 30");
        assertThatThrownBy(() -> parse("#".repeat(5_000_000))).hasMessageContaining("the limit is 4194304");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aDamagedFileIsReadOrRefusedButNeverBreaksTheReader(long seed) {
        var random = new Random(seed);
        for (var i = 0; i < 1000; i++) {
            var damaged = new StringBuilder(GOOD);
            for (var n = random.nextInt(1, 6); n > 0; n--) {
                var at = random.nextInt(damaged.length());
                if (random.nextBoolean()) {
                    damaged.setCharAt(at, NOISE.charAt(random.nextInt(NOISE.length())));
                } else {
                    damaged.delete(at, Math.min(damaged.length(), at + random.nextInt(30)));
                }
            }
            var thrown = catchThrowable(() -> parse(damaged.toString()));
            if (thrown != null) {
                assertThat(thrown)
                        .as("seed %d, round %d: %s", seed, i, damaged)
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("schedules.yml has ");
            }
        }
    }

    @Test
    void aFileOnDiskIsReadAsUtf8() throws IOException {
        var file = directory.resolve("schedules.yml");

        Files.writeString(file, GOOD);
        assertThat(ScheduleFile.read(file).queues()).containsOnlyKeys("reports", "default");
        assertThat(ScheduleFile.read(file, getClass().getClassLoader()).queues())
                .hasSize(2);
        Files.write(file, "schedules: {\u00e9: {}}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ScheduleFile.read(file))
                .hasMessage("schedules.yml is not text in UTF-8; save it as that");
        assertThatThrownBy(() -> ScheduleFile.read(directory.resolve("none.yml")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.yml");
    }
}
