package io.cffs.daemon.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}; a bare number is seconds. Positive, at most 30 days. */
final class TimeSpan implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");
    private static final long NANOS_MAX = 30L * 24 * 3600 * 1_000_000_000L;

    /** @return nanoseconds */
    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw refused(text);
        }
        long unitNanos = switch (form.group(2)) {
            case null -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60 * 1_000_000_000L;
            default -> 3600 * 1_000_000_000L;
        };
        long number = Long.parseLong(form.group(1));
        if (number == 0 || number > NANOS_MAX / unitNanos) {
            throw refused(text);
        }
        return number * unitNanos;
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("'" + text + "' is no time span: write 500ms, 30s, 5m or 2h");
    }
}
