package dev.weirpool.worker;

import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.protocol.HeartbeatReply;
import java.util.Map;
import java.util.Optional;

/** What a {@link Heartbeat} asks of its launcher and tells it, on its own thread. */
interface Heart {

    /** How the launcher is now; empty if it does not answer. */
    Optional<LauncherState> state();

    /** What a heartbeat found. */
    void found(HeartbeatReply reply);

    /** An operator has ordered something; the same number may come again. */
    void ordered(String number, String order);

    /** The orders that have been carried out since this was last asked, and the answers; an answer may be empty. */
    Map<String, String> answers();
}
