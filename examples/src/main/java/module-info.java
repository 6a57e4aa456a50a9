/** One-feature programs, compiled and run by the tests and by {@code weirpool demo}. */
module dev.weirpool.examples {
    requires dev.weirpool.pool;
    requires org.jspecify;
    requires me.tongfei.progressbar;

    exports dev.weirpool.examples;
}
