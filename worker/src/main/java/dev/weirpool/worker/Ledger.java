package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Tally;
import java.util.Collection;

/** What a launcher's workers have done, those that have ended included. */
final class Ledger {

    private Tally ended = Tally.NOTHING;
    private Tally told = Tally.NOTHING;
    private long toldNanos = System.nanoTime();

    /** A worker has ended, maybe in the midst of a task. */
    void close(Child child) {
        ended = ended.plus(child.board().tally());
        if (child.board().running().isPresent()) {
            ended = ended.with(Tally.Count.DIED, 1);
        }
    }

    /** All of it; {@code children} are those that live. */
    Tally sum(Collection<Child> children) {
        var sum = ended;
        for (var child : children) {
            sum = sum.plus(child.board().tally());
        }
        return sum;
    }

    /** What has been done since this was last asked, and how long workers were there and busy. */
    Tally news(Collection<Child> children) {
        var now = System.nanoTime();
        var millis = (now - toldNanos) / 1_000_000;
        toldNanos = now;
        var sum = sum(children);
        var news = sum.minus(told);
        told = sum;
        for (var child : children) {
            news = news.with(Tally.Count.PRESENT, child.isReady() ? millis : 0);
            if (child.board().running().isPresent()) {
                news = news.with(Tally.Count.BUSY, millis);
            }
        }
        return news;
    }
}
