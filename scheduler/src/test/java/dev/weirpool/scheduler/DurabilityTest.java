package dev.weirpool.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.redis.Durability;
import dev.weirpool.queue.redis.NotDurableYetException;
import dev.weirpool.queue.redis.SentinelServers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A change of a schedule is on as many replicas as was demanded when the call returns. */
@Tag("slow")
@Timeout(90)
class DurabilityTest {
    private static final Schedule HOURLY = Schedule.every(Duration.ofHours(1));
    private static final Durability BOTH = Durability.replicas(2);
    private static final String NAME = "report";
    private static final int ROUNDS = 50;

    @TempDir
    private static Path directory;

    private static SentinelServers servers;

    @BeforeAll
    static void start() throws Exception {
        servers = SentinelServers.start(directory);
    }

    @AfterAll
    static void end() throws Exception {
        servers.close();
    }

    /** What may be done to a schedule. */
    enum Change {
        SCHEDULE,
        PAUSE,
        RESUME,
        REMOVE,
        TRIGGER;

        void on(Scheduler scheduler) {
            switch (this) {
                case SCHEDULE -> scheduler.schedule(NAME, SchedulerFixture.task(), HOURLY);
                case PAUSE -> scheduler.pause(NAME);
                case RESUME -> scheduler.resume(NAME);
                case REMOVE -> scheduler.remove(NAME);
                case TRIGGER -> scheduler.triggerNow(NAME);
            }
        }
    }

    @Test
    void isOnTheReplicasWhenTheCallReturns() {
        try (var scheduler = Scheduler.connect(servers.options().withDurability(BOTH), "durable")) {
            for (var i = 0; i < ROUNDS; i++) {
                Change.SCHEDULE.on(scheduler);
                assertReplicasHave("schedules:definitions", true);
                Change.PAUSE.on(scheduler);
                assertReplicasHave("schedules:paused", true);
                Change.RESUME.on(scheduler);
                assertReplicasHave("schedules:paused", false);
                Change.REMOVE.on(scheduler);
                assertReplicasHave("schedules:definitions", false);
            }
            Change.SCHEDULE.on(scheduler);
            Change.TRIGGER.on(scheduler);
            assertReplicasHave("ready", true);
            Change.REMOVE.on(scheduler);
        }
    }

    private static void assertReplicasHave(String key, boolean isThere) {
        for (var replica : servers.replicas()) {
            assertThat(servers.keysOn(replica).contains("weirpool:{durable}:" + key))
                    .as("whether a replica has %s", key)
                    .isEqualTo(isThere);
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysThatAChangeIsMadeButNotYetOnTheReplicasHoweverOftenItIsAskedFor(Change change) throws Exception {
        var queue = "frozen-" + change;
        var patient = servers.options().withDurability(BOTH);
        try (var scheduler = Scheduler.connect(patient, queue);
                var hasty = Scheduler.connect(patient.withPatience(Duration.ZERO), queue)) {
            if (change != Change.SCHEDULE) {
                Change.SCHEDULE.on(scheduler);
            }
            if (change == Change.RESUME) {
                Change.PAUSE.on(scheduler);
            }
            servers.replicas().get(0).freeze();
            try {
                assertNotDurable(change, hasty);
                if (change != Change.REMOVE) { // else there is nothing to be removed any more
                    assertNotDurable(change, hasty);
                }
            } finally {
                servers.thawReplicas();
            }
            if (change != Change.REMOVE) {
                change.on(scheduler);
                Change.REMOVE.on(scheduler);
            }
            assertThat(scheduler.list()).isEmpty();
        }
    }

    private static void assertNotDurable(Change change, Scheduler scheduler) {
        assertThatThrownBy(() -> change.on(scheduler))
                .isInstanceOf(NotDurableYetException.class)
                .hasMessageContaining("1 of 2 replicas have it");
    }
}
