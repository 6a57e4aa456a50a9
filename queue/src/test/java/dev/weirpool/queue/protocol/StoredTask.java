package dev.weirpool.queue.protocol;

import java.util.Arrays;
import java.util.Map;

/**
 * What the protocol minds about a task: which it is, and how often it has failed.
 *
 * @param failures attempts that have failed, in this life
 * @param life how often it was put back as a dead letter
 */
public record StoredTask(long producer, long sequence, int priority, int failures, int life) {

    StoredTask(long producer, long sequence, int priority, int failures) {
        this(producer, sequence, priority, failures, 0);
    }

    static StoredTask of(byte[] raw) {
        if (raw.length < 20) { // no envelope: all that counts is that it is kept
            return new StoredTask(0, Arrays.hashCode(raw), 0, 0);
        }
        return of(Envelope.stored(raw));
    }

    static StoredTask of(Envelope envelope) {
        return new StoredTask(
                envelope.producer(),
                envelope.sequence(),
                envelope.priority(),
                envelope.attempt() - 1,
                (envelope.raw()[1] & 0xff) >> 3);
    }

    StoredTask withFailures(int failures) {
        return new StoredTask(producer, sequence, priority, Math.min(255, failures), life);
    }

    StoredTask withLife(int life) {
        return new StoredTask(producer, sequence, priority, failures, life % 32);
    }

    Id id() {
        return new Id(producer, sequence);
    }

    /** Such an envelope as stored; some await a result and some do not. */
    Envelope envelope() {
        var raw = new Envelope.Draft("Tasks::run", priority, sequence % 5 != 0, 3, Map.of(), new byte[] {1})
                .seal(producer, sequence)
                .raw();
        raw[1] |= (byte) (life << 3);
        raw[3] = (byte) failures;
        return Envelope.stored(raw);
    }

    @Override
    public String toString() {
        return id()
                + (priority > 0 ? "p" + priority : "")
                + (failures > 0 ? "f" + failures : "")
                + (life > 0 ? "l" + life : "");
    }

    /** Which task it is, however often it has failed. */
    public record Id(long producer, long sequence) {
        @Override
        public String toString() {
            return producer + "/" + sequence;
        }
    }
}
