package dev.weirpool.cli.bench;

import java.util.Map;

/** One way of doing what a row measures. */
public interface Contender {

    /** Does it once more, and returns the figures by their units, the same ones each time. */
    Map<String, Double> measure() throws Exception;
}
