package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the submitter does when Redis comes back without what it had accepted. */
@Timeout(60)
final class SubmitterTest extends BrokerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final UniqueName NIGHTLY = new UniqueName("nightly", Duration.ofHours(1));
    private static final int LARGE = 60_000;

    private Submitter submitter;
    private final BlockingQueue<Long> refused = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        submitter = new Submitter(server, broker, Integer.MAX_VALUE);
        submitter.onRefused((sequence, holder) -> refused.add(sequence));
        submitter.start();
    }

    @AfterEach
    void close() {
        submitter.close();
    }

    @Test
    void takesTheUniqueNameAgainForATaskThatIsSentAgain() throws Exception {
        submit(10, Optional.empty());
        submit(10, Optional.of(NIGHTLY));
        submit(10, Optional.empty());

        loseAll();

        await().atMost(LIMIT).until(() -> broker.waiting(redis) == 3);
        var rival = new Envelope.Draft("Tasks::run", 0, false, 3, Map.of(), new byte[1]).seal(PRODUCER, 1);
        assertThat(broker.pushUnique(redis, 0, rival, Due.NOW, NIGHTLY)).isInstanceOf(PushReply.Exists.class);
        ProtocolAudit.check(redis, queue);
    }

    @Test
    void saysThatATaskIsNotSentAgainWhoseNameAnotherHoldsByNow() throws Exception {
        submit(10, Optional.empty());
        submit(10, Optional.of(NIGHTLY));
        delete(redis, queue);
        var rival = new Envelope.Draft("Tasks::run", 0, false, 3, Map.of(), new byte[1]).seal(PRODUCER, 1);
        assertThat(broker.pushUnique(redis, 0, rival, Due.NOW, NIGHTLY)).isEqualTo(new PushReply.Stored());

        submitter.verify(sequence -> {});

        assertThat(refused.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
        await().atMost(LIMIT).until(() -> broker.waiting(redis) == 2);
    }

    @Test
    void sendsAgainInPiecesNoLargerThanAtFirst() throws Exception {
        for (var i = 0; i < 40; i++) {
            submit(LARGE, Optional.empty());
        }
        var before = scriptsRun();

        loseAll();

        await().atMost(LIMIT).until(() -> broker.waiting(redis) == 40);
        assertThat(scriptsRun() - before)
                .as("a question, and three pieces, since 18 tasks would be over the limit")
                .isEqualTo(4);
    }

    @Test
    void sendsTheBodiesAgainThatLieApart() throws Exception {
        submit(Blob.INLINE_BYTES + 1, Optional.of(NIGHTLY));
        submit(Blob.INLINE_BYTES + 1, Optional.empty());

        loseAll();

        await().atMost(LIMIT).until(() -> broker.waiting(redis) == 2);
        register("w");
        var blobs = new BlobBroker(queue);
        assertThat(claim("w", 2))
                .hasSize(2)
                .allMatch(task -> blobs.get(redis, task.blob().orElseThrow()).isPresent());
    }

    private void submit(int bytes, Optional<UniqueName> name) throws Exception {
        var draft = new Envelope.Draft("Tasks::run", 0, true, 3, Map.of(), new byte[bytes]);
        assertThat(submitter
                        .submit(draft, Due.NOW, name, false, sequence -> {})
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(new PushReply.Stored());
    }

    private void loseAll() {
        delete(redis, queue);
        submitter.verify(sequence -> {});
    }

    private long scriptsRun() {
        var stats = new String((byte[]) redis.call("INFO", bytes("commandstats")), UTF_8);
        return Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+)")
                .matcher(stats)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }
}
