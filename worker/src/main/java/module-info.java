/** The launcher and the worker processes it keeps. */
module dev.weirpool.worker {
    requires transitive dev.weirpool.queue;
    requires org.jspecify;
    requires org.slf4j;

    exports dev.weirpool.worker;
}
