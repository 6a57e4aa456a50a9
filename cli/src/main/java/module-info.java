/** The {@code weirpool} command. */
module dev.weirpool.cli {
  requires static transitive org.jspecify;
  requires info.picocli;

  opens dev.weirpool.cli to
      info.picocli;
}
