package dev.weirpool.cli.doctor;

/**
 * Something that is wrong, or will be.
 *
 * @param check which check has found it
 * @param what is wrong, in a line
 * @param remedy what helps, in a line
 */
public record Finding(String check, String what, String remedy) {}
