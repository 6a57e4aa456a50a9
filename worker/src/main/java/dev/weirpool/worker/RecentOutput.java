package dev.weirpool.worker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * What a worker prints on one of its two streams: it passes by, and the end of it is remembered, for the record of the attempt that
 * printed it. Native code and processes that a task starts pass it by.
 */
final class RecentOutput extends OutputStream {

    private static final int MAX_BYTES = 8192;
    private static final int MAX_LINES = 64;
    private static final Charset NATIVE = Charset.forName(System.getProperty("native.encoding", "UTF-8"));

    private final PrintStream to;

    // guarded by this
    private final byte[] ring = new byte[MAX_BYTES];
    private long written;

    private RecentOutput(PrintStream to) {
        this.to = to;
    }

    /** Puts itself in the place of {@code System.out}. */
    static RecentOutput ofStandardOutput() {
        var recent = new RecentOutput(System.out);
        System.setOut(new PrintStream(recent, true, NATIVE));
        return recent;
    }

    /** Puts itself in the place of {@code System.err}. */
    static RecentOutput ofStandardError() {
        var recent = new RecentOutput(System.err);
        System.setErr(new PrintStream(recent, true, NATIVE));
        return recent;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        to.write(bytes, offset, length);
        remember(bytes, offset, length);
    }

    private synchronized void remember(byte[] bytes, int offset, int length) {
        var skipped = Math.max(0, length - MAX_BYTES);
        written += skipped;
        for (var i = offset + skipped; i < offset + length; ) {
            var at = (int) (written % MAX_BYTES);
            var count = Math.min(offset + length - i, MAX_BYTES - at);
            System.arraycopy(bytes, i, ring, at, count);
            i += count;
            written += count;
        }
    }

    @Override
    public void flush() {
        to.flush();
    }

    /** How much was printed so far. */
    synchronized long position() {
        return written;
    }

    /** The last lines of what was printed since {@code position}. */
    synchronized String since(long position) {
        var count = (int) Math.min(written - position, MAX_BYTES);
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) {
            bytes[i] = ring[(int) ((written - count + i) % MAX_BYTES)];
        }
        var text = new String(bytes, NATIVE).strip();
        var start = text.length();
        for (var lines = 0; lines < MAX_LINES && start >= 0; lines++) {
            start = text.lastIndexOf('\n', start - 1);
        }
        return text.substring(Math.max(0, start + 1));
    }
}
