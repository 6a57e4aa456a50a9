package dev.weirpool.queue.protocol;

import java.util.Map;
import java.util.Set;

/**
 * What a heartbeat found.
 *
 * @param lost workers whose registration is gone: they are fenced off
 * @param condemned workers whose running task is to be ended, with that task's id
 */
public record HeartbeatReply(Set<String> lost, Map<String, String> condemned) {}
