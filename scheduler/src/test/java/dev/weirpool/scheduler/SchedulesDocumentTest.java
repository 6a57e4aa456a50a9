package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/schedules.md} says is so. */
final class SchedulesDocumentTest {

    private static String document() throws IOException {
        return Files.readString(Path.of("../docs/schedules.md"));
    }

    /** The rows of the table with these columns. */
    private static List<List<String>> table(String... columns) throws IOException {
        var heading = "| " + String.join(" | ", columns) + " |\n";
        var document = document();
        assertThat(document).containsOnlyOnce(heading);
        return document.substring(document.indexOf(heading) + heading.length())
                .lines()
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList())
                .toList();
    }

    @Test
    void expressionsMeanWhatItSays() throws IOException {
        assertThat(table("expression", "description"))
                .hasSizeGreaterThan(15)
                .allSatisfy(row -> assertThat(Schedule.cron(row.get(0), "UTC").description())
                        .isEqualTo(row.get(1) + ", UTC"));
    }

    @Test
    void changesOfTheClocksDoWhatItSays() throws IOException {
        assertThat(table("expression", "zone", "from", "to", "fires"))
                .hasSizeGreaterThan(8)
                .allSatisfy(
                        row -> assertThat(fires(row.get(0), ZoneId.of(row.get(1)), time(row.get(2)), time(row.get(3))))
                                .isEqualTo(row.get(4)));
    }

    private static LocalDateTime time(String text) {
        return LocalDateTime.parse(text);
    }

    private static String fires(String expression, ZoneId zone, LocalDateTime from, LocalDateTime to) {
        var schedule = Schedule.cron(expression, zone);
        var fires = new ArrayList<String>();
        var time = schedule.next(from.atZone(zone).toInstant().minusNanos(1));
        while (time.isPresent() && time.get().isBefore(to.atZone(zone).toInstant())) {
            fires.add(time.get().atZone(zone).toOffsetDateTime().toString());
            time = schedule.next(time.get());
        }
        return String.join(", ", fires);
    }

    @Test
    void mistakesAreRefusedAsItSays() throws IOException {
        assertThat(table("expression", "zone", "because"))
                .hasSizeGreaterThan(6)
                .allSatisfy(row -> assertThatThrownBy(() -> Schedule.cron(row.get(0), row.get(1)))
                        .hasMessage(row.get(2)));
    }

    @Test
    void itsFileIsRead() throws IOException {
        var document = document();
        var begin = document.indexOf("```yaml\n") + "```yaml\n".length();
        var yaml = document.substring(begin, document.indexOf("```", begin));

        var queues = ScheduleFile.parse("schedules.yml", yaml, null).queues();

        assertThat(queues.get("reports")).extracting(ScheduledTask::name).containsExactly("nightly-report");
        assertThat(queues.get("reports").get(0).options().maxConcurrent()).isOne();
        assertThat(queues.get("default")).extracting(ScheduledTask::name).containsExactly("heartbeat");
    }
}
