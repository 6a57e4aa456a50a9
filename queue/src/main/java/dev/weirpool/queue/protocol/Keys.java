package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** The Redis keys of one queue; all share a hash tag, and so a cluster slot. */
final class Keys {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern PARTITION = Pattern.compile(NAME + "~[0-9]{1,2}of[0-9]{1,2}\\.[0-9]{1,9}");

    /** The queues in use, which belongs to no queue itself. */
    static final byte[] QUEUES = bytes("weirpool:queues");

    /** The queues that belong to one pool each; it belongs to no queue itself. */
    static final byte[] POOLS = bytes("weirpool:pools");

    private final String prefix;

    final byte[] ready;
    final byte[] ready1;
    final byte[] ready2;
    final byte[] ready3;
    final byte[] workers;
    final byte[] bell;
    final byte[] delayed;
    final byte[] dead;
    final byte[] producers;
    final byte[] producers1;
    final byte[] producersMark;
    final byte[] cancels;
    final byte[] tick;
    final byte[] fence;
    final byte[] total;
    final byte[] schedules;
    final byte[] definitions;
    final byte[] versions;
    final byte[] sources;
    final byte[] schedulesMark;
    final byte[] paused;
    final byte[] edits;
    final byte[] counts;
    final byte[] partitions;

    /** Whether that is the name of a queue, and not of one of the partitions behind its first. */
    static boolean isName(String queue) {
        return NAME.matcher(queue).matches();
    }

    Keys(String queue) {
        if (!isName(queue) && !PARTITION.matcher(queue).matches()) {
            throw new IllegalArgumentException(
                    "not a queue name: '" + queue + "'; use 1 to 64 letters, digits, '.', '_' and '-'");
        }
        this.prefix = "weirpool:{" + queue + "}:";
        this.ready = key("ready");
        this.ready1 = key("ready1");
        this.ready2 = key("ready2");
        this.ready3 = key("ready3");
        this.workers = key("workers");
        this.bell = key("bell");
        this.delayed = key("delayed");
        this.dead = key("dead");
        this.producers = key("producers");
        this.producers1 = key("producers1");
        this.producersMark = key("producers:mark");
        this.cancels = key("cancels");
        this.tick = key("tick");
        this.fence = key("fence");
        this.total = key("stats:total");
        this.schedules = key("schedules");
        this.definitions = key("schedules:definitions");
        this.versions = key("schedules:versions");
        this.sources = key("schedules:sources");
        this.schedulesMark = key("schedules:mark");
        this.paused = key("schedules:paused");
        this.edits = key("schedules:edits");
        this.counts = key("schedules:counts");
        this.partitions = key("partitions");
    }

    /** Where tasks wait, by priority. */
    List<byte[]> ready() {
        return List.of(ready, ready1, ready2, ready3);
    }

    byte[] inflight(String worker) {
        return key("inflight:" + worker);
    }

    /** What is kept of the attempts of one task. */
    byte[] attempts(byte[] id) {
        return key("attempts:" + HexFormat.of().formatHex(id));
    }

    /** The result of one task that is kept for anybody to read. */
    byte[] result(byte[] id) {
        return key("result:" + HexFormat.of().formatHex(id));
    }

    /** How far one task last said it was. */
    byte[] progress(byte[] id) {
        return key("progress:" + HexFormat.of().formatHex(id));
    }

    /** Who holds a name that only one task may hold. */
    byte[] unique(String name) {
        return key("unique:" + name);
    }

    /** That one request about a dead letter was carried out. */
    byte[] done(UUID request) {
        return key("done:" + request);
    }

    /** For whom one task was refused. */
    byte[] refused(byte[] id) {
        return key("refused:" + HexFormat.of().formatHex(id));
    }

    /** The statistics of one period. */
    byte[] statistics(Period period, Instant start) {
        return key("stats:" + period.key + ":" + start.getEpochSecond());
    }

    /** The runs of one schedule that have not ended. */
    byte[] running(String schedule) {
        return key("running:" + schedule);
    }

    /** Whether a task was put on the queue by hand, of one schedule. */
    byte[] triggered(byte[] id) {
        return key("triggered:" + HexFormat.of().formatHex(id));
    }

    /** A payload that lies apart. */
    byte[] blob(Blob blob) {
        return key("blob:" + HexFormat.of().formatHex(blob.id()));
    }

    byte[] results(long producer) {
        return key("results:" + HexFormat.of().toHexDigits(producer));
    }

    /** What a launcher has last said of itself. */
    byte[] launcher(String launcher) {
        return key("launcher:" + launcher);
    }

    /** What a launcher is to be told. */
    byte[] orders(String launcher) {
        return key("orders:" + launcher);
    }

    /** What a launcher has answered to an order. */
    byte[] answer(String order) {
        return key("answer:" + order);
    }

    /** The keys of the shared data queue of this name. */
    Shared shared() {
        return new Shared();
    }

    private byte[] key(String name) {
        return bytes(prefix + name);
    }

    /** The Redis keys of a shared data queue. */
    final class Shared {

        final byte[] items = key("shared:items");
        final byte[] state = key("shared:state");
        final byte[] sessions = key("shared:sessions");
        final byte[] bell = key("shared:bell");
        final byte[] room = key("shared:room");
        final byte[] joined = key("shared:joined");
        final byte[] claims = key("shared:claims");
        final byte[] claimed = key("shared:claimed");
        final byte[] leases = key("shared:leases");
        final byte[] watch = key("shared:watch");
        final byte[] mark = key("shared:mark");
        private final byte[] session = key("shared:session:");

        byte[] session(Session of) {
            var key = Arrays.copyOf(session, session.length + of.id().length);
            System.arraycopy(of.id(), 0, key, session.length, of.id().length);
            return key;
        }
    }
}
