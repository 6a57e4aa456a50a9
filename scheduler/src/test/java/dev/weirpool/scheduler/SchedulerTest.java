package dev.weirpool.scheduler;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SchedulerTest extends SchedulerFixture {
    private static final Schedule DAILY = Schedule.cron("0 30 2 * * ?", "UTC");
    private static final Schedule MINUTELY = Schedule.every(Duration.ofMinutes(1));

    @Test
    void putsATaskAtEachPlannedTimeOnceHoweverManyReplicasRun() {
        for (var i = 0; i < 3; i++) {
            start();
        }

        editor.schedule("tick", task(), Schedule.every(Duration.ofSeconds(1)));

        await().atMost(LIMIT).until(() -> ready().size() >= 4);
        var planned = ready().stream().map(SchedulerFixture::plannedOf).toList();
        assertThat(planned).doesNotHaveDuplicates();
        assertThat(planned)
                .isEqualTo(Stream.iterate(planned.get(0), time -> time.plusSeconds(1))
                        .limit(planned.size())
                        .toList());
        assertThat(ready()).allMatch(task -> task.name().equals(SchedulerFixture.class.getName() + "::run"));
    }

    @Test
    void firesAOnceOnlyTaskAndForgetsIt() {
        start();

        editor.schedule("remind", task(), Schedule.at(redisTime().plusMillis(300)));

        await().atMost(LIMIT).until(() -> ready().size() == 1);
        assertThat(editor.list()).isEmpty();
        assertThat((List<?>) redis.call("KEYS", key("schedules*"))).hasSize(1); // the number of edits
    }

    @Test
    void changesNothingWhenTheSameIsScheduledAgain() {
        var task = Task.named("com.acme.Tasks::send", Map.of("to", "me", "from", "you", "text", "hello"));
        editor.schedule("same", task, DAILY);
        plan("same", Instant.parse("2100-01-01T00:00:00Z"));
        var before = dump();

        editor.schedule(
                "same", Task.named("com.acme.Tasks::send", Map.of("text", "hello", "from", "you", "to", "me")), DAILY);

        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void keepsTheNextTimeWhenOnlyTheTaskIsEdited() {
        editor.schedule("edited", task(), DAILY);
        plan("edited", Instant.parse("2100-01-01T00:00:00Z"));

        editor.schedule("edited", Task.of(SchedulerFixture::run, 2), DAILY);

        assertThat(editor.find("edited").orElseThrow().next()).contains(Instant.parse("2100-01-01T00:00:00Z"));
    }

    @Test
    void letsNewTimesTakeOverFromWhereTheOldOnesHadGotTo() {
        var now = redisTime();
        editor.schedule("late", task(), MINUTELY);
        plan("late", now.minusSeconds(600));

        editor.schedule("late", task(), Schedule.every(Duration.ofMinutes(2)));

        var next = editor.find("late").orElseThrow().next().orElseThrow();
        assertThat(next).isBetween(now.minusSeconds(600), now.minusSeconds(480));
    }

    @Test
    void showsWhatThereIs() {
        editor.schedule(
                "nightly",
                task(),
                DAILY,
                ScheduleOptions.DEFAULT.withMisfire(Misfire.all(7)).withMaxConcurrent(3));

        var status = editor.list().get(0);

        assertThat(status.name()).isEqualTo("nightly");
        assertThat(status.task()).isEqualTo(SchedulerFixture.class.getName() + "::run");
        assertThat(status.schedule()).isEqualTo(DAILY);
        assertThat(status.misfire()).isEqualTo(Misfire.all(7));
        assertThat(status.maxConcurrent()).isEqualTo(3);
        assertThat(status.source()).isEmpty();
        assertThat(status.isPaused()).isFalse();
        assertThat(status.next()).isEqualTo(DAILY.next(redisTime()));
        assertThat(editor.nextFires("nightly", 2))
                .containsExactly(
                        status.next().orElseThrow(), status.next().orElseThrow().plus(Duration.ofDays(1)));
    }

    @Test
    void firesNotWhilePausedAndMissesNothingForIt() {
        start();
        editor.schedule("tick", task(), Schedule.every(Duration.ofSeconds(1)));
        await().atMost(LIMIT).until(() -> !ready().isEmpty());

        editor.pause("tick");
        var paused = ready().size();
        var at = redisTime();
        await().atMost(LIMIT).until(() -> redisTime().isAfter(at.plusMillis(2500)));
        assertThat(ready()).hasSize(paused);
        editor.resume("tick");

        await().atMost(LIMIT).until(() -> ready().size() >= paused + 2);
        assertThat(plannedOf(ready().get(paused))).isAfter(at.plusMillis(2000));
        assertThat(editor.find("tick").orElseThrow().missed()).isZero();
    }

    @Test
    void staysPausedWhenItIsEdited() {
        editor.schedule("p", task(), DAILY);
        editor.pause("p");

        editor.schedule("p", task(), MINUTELY);

        var status = editor.find("p").orElseThrow();
        assertThat(status.isPaused()).isTrue();
        assertThat(status.next()).isEmpty();
        assertThat(status.schedule()).isEqualTo(MINUTELY);
    }

    @Test
    void putsATaskByHand() {
        editor.schedule("by-hand", task(), DAILY);
        var next = editor.find("by-hand").orElseThrow().next();

        var id = editor.triggerNow("by-hand");

        assertThat(id).isPresent();
        assertThat(ready()).hasSize(1);
        assertThat(TaskId.of(ready().get(0).id())).isEqualTo(id.orElseThrow());
        assertThat(editor.find("by-hand").orElseThrow().next()).isEqualTo(next);
        assertThat(editor.find("by-hand").orElseThrow().fired()).isEqualTo(1);
    }

    @Test
    void removesAScheduleAndAllItsTraces() {
        editor.schedule("gone", task(), DAILY);
        editor.pause("gone");

        editor.remove("gone");

        assertThat(editor.find("gone")).isEmpty();
        assertThat((List<?>) redis.call("KEYS", key("*"))).hasSize(1); // the number of edits
    }

    @Test
    void appliesTheSchedulesOfAFileAndLeavesOthersAlone() {
        editor.schedule("mine", task(), DAILY);
        editor.apply("other.yml", List.of(ScheduledTask.of("theirs", task(), DAILY)));
        editor.apply(
                "a.yml",
                List.of(
                        ScheduledTask.of("goes", task(), DAILY),
                        ScheduledTask.of("changes", task(), DAILY),
                        ScheduledTask.of("stays", task(), DAILY)));
        plan("stays", Instant.parse("2100-01-01T00:00:00Z"));

        editor.apply(
                "a.yml",
                List.of(
                        ScheduledTask.of("changes", task(), MINUTELY),
                        ScheduledTask.of("stays", task(), DAILY),
                        ScheduledTask.of("comes", task(), DAILY),
                        ScheduledTask.of("over", task(), Schedule.at(Instant.parse("2001-01-01T00:00:00Z")))));

        assertThat(editor.list().stream().map(ScheduleStatus::name))
                .containsExactly("changes", "comes", "mine", "stays", "theirs");
        assertThat(editor.find("changes").orElseThrow().schedule()).isEqualTo(MINUTELY);
        assertThat(editor.find("stays").orElseThrow().next()).contains(Instant.parse("2100-01-01T00:00:00Z"));
    }

    @Test
    void refusesAFileThatNamesTheScheduleOfAnother() {
        editor.schedule("mine", task(), DAILY);

        assertThatThrownBy(() -> editor.apply(
                        "a.yml",
                        List.of(ScheduledTask.of("new", task(), DAILY), ScheduledTask.of("mine", task(), DAILY))))
                .hasMessage("there is a schedule 'mine' already, made by a program; rename one, or remove that one");
        assertThat(editor.list()).hasSize(1);
    }

    @Test
    void refusesWhatCannotBeScheduledAndSaysHow() {
        assertThatThrownBy(() -> editor.schedule("a b", task(), DAILY))
                .hasMessage("not a schedule name: 'a b'; use 1 to 128 letters, digits, '.', '_', '-', ':' and '/'");
        assertThatThrownBy(() -> editor.schedule("past", task(), Schedule.at(Instant.parse("2001-01-01T00:00:00Z"))))
                .hasMessageContaining("schedule 'past' never fires")
                .hasMessageContaining("give it a time to come");
        assertThatThrownBy(() -> editor.schedule("no-method", Task.named("java.lang.Thread::nonsense"), DAILY))
                .hasMessage("schedule 'no-method': class java.lang.Thread has no static method named nonsense");
        assertThatThrownBy(() -> editor.schedule("bad-argument", Task.named("java.lang.Thread::sleep", "x"), DAILY))
                .hasMessageContaining("schedule 'bad-argument': ");
        assertThatThrownBy(() -> editor.schedule(
                        "thread",
                        task(),
                        DAILY,
                        ScheduleOptions.DEFAULT.withTask(TaskOptions.DEFAULT.withDelay(Duration.ofSeconds(1)))))
                .hasMessageContaining("a scheduled task cannot have a delay");
        assertThat(editor.list()).isEmpty();
    }

    @Test
    void takesATaskWhoseClassOnlyTheWorkersHave() {
        editor.schedule("elsewhere", Task.named("com.acme.Tasks::checksum", "a", 3), DAILY);

        assertThat(editor.find("elsewhere").orElseThrow().task()).isEqualTo("com.acme.Tasks::checksum");
    }

    @Test
    void saysWhichNameWasProbablyMeant() {
        editor.schedule("nightly", task(), DAILY);

        for (var call : List.<Consumer<String>>of(
                editor::pause, editor::resume, editor::remove, editor::triggerNow, name -> editor.nextFires(name, 1))) {
            assertThatThrownBy(() -> call.accept("nihgtly"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no schedule 'nihgtly'; did you mean nightly?");
        }
    }

    @Test
    void skipsADefinitionThatIsDamagedAndFiresTheOthers() {
        editor.schedule("broken", task(), Schedule.every(Duration.ofSeconds(1)));
        redis.call("HSET", key("schedules:definitions"), bytes("broken"), bytes("garbage"));
        redis.call("ZADD", key("schedules"), bytes(1), bytes("nothing-says-what-it-is"));
        editor.schedule("good", task(), Schedule.every(Duration.ofSeconds(1)));

        start();

        await().atMost(LIMIT).until(() -> ready().size() >= 2);
        assertThat(editor.list().stream().map(ScheduleStatus::name)).containsExactly("good");
    }

    private Map<String, Object> dump() {
        var dump = new TreeMap<String, Object>();
        for (var name : List.of("definitions", "versions", "sources")) {
            dump.put(
                    name,
                    ((List<?>) redis.call("HGETALL", key("schedules:" + name)))
                            .stream()
                                    .map(value -> HexFormat.of().formatHex((byte[]) value))
                                    .toList());
        }
        dump.put("edits", new String((byte[]) redis.call("GET", key("schedules:edits"))));
        dump.put("next", editor.find("same").orElseThrow().next());
        return dump;
    }
}
