package io.cffs.daemon.cli;

import io.cffs.model.Quota;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads {@code 500M}, {@code 10GiB}, {@code 1000000}, {@code none}: K, M, G, T, P count by 1024, as in ls(1) and
 * xfs_quota(8).
 */
final class Amount implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:([KMGTP])(?:I?B)?|B)?");
    private static final String UNITS = "KMGTP";

    /** @return {@link Quota#UNLIMITED} for none */
    @Override
    public Long convert(String text) {
        if (text.equalsIgnoreCase("none")) {
            return Quota.UNLIMITED;
        }
        Matcher form = FORM.matcher(text.toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw refused(text);
        }
        long number = Long.parseLong(form.group(1));
        int shift = form.group(2) == null ? 0 : 10 * (UNITS.indexOf(form.group(2)) + 1);
        if (number > (Long.MAX_VALUE - 1) >>> shift) {
            throw refused(text);
        }
        return number << shift;
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("'" + text + "' is no amount: write 500M, 10G, 1000000 or none");
    }

    /** For people: at most one decimal. */
    static String bytes(long bytes) {
        double scaled = bytes;
        int unit = -1;
        while (scaled >= 1024 && unit < UNITS.length() - 1) {
            scaled /= 1024;
            unit++;
        }
        return unit < 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f%c", scaled, UNITS.charAt(unit));
    }
}
