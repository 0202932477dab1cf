package io.cffs.bench.commit;

import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;

/** Prints figures as JSON, one object a line, on standard output. */
final class Figures {
    private Figures() {}

    static double p50Micros(Histogram nanos) {
        return nanos.getValueAtPercentile(50) / 1000.0;
    }

    /** @param baselineMicros p50 of the baseline of the same run */
    static void latency(String what, Histogram nanos, double baselineMicros) {
        line(Map.of("bench", what), Map.of("p50_us", p50Micros(nanos), "p99_us",
                nanos.getValueAtPercentile(99) / 1000.0, "ratio_to_fdatasync_p50", p50Micros(nanos) / baselineMicros));
    }

    /** Words first, then numbers with two decimals, each group in order of its keys. */
    static void line(Map<String, String> words, Map<String, Double> numbers) {
        StringJoiner line = new StringJoiner(",", "{", "}");
        words.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(word -> line.add('"' + word.getKey() + "\":\"" + word.getValue() + '"'));
        numbers.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(number -> line.add('"' + number.getKey() + "\":"
                        + String.format(Locale.ROOT, "%.2f", number.getValue())));
        System.out.println(line);
    }
}
