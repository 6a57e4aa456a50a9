/** One-feature programs, compiled and run by the tests and by {@code weirpool demo}. */
module dev.weirpool.examples {
    requires dev.weirpool.pool;
    requires dev.weirpool.scheduler;
    requires org.jspecify;
    requires transitive java.sql;

    exports dev.weirpool.examples;
}
