/** {@code Pool.start(3)}: the front door. */
module dev.weirpool.pool {
    requires transitive dev.weirpool.queue;
    requires transitive dev.weirpool.worker;
    requires org.jspecify;
    requires org.slf4j;

    exports dev.weirpool.pool;
}
