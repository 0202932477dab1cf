package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Quota;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class AmountTest {
    private final Amount amount = new Amount();

    @Test
    void unitsCountBy1024() {
        assertEquals(0, amount.convert("0"));
        assertEquals(1000, amount.convert("1000"));
        assertEquals(7, amount.convert("7B"));
        assertEquals(2048, amount.convert("2k"));
        assertEquals(10L << 30, amount.convert("10G"));
        assertEquals(10L << 30, amount.convert("10GiB"));
        assertEquals(3L << 40, amount.convert("3TB"));
        assertEquals(Quota.UNLIMITED, amount.convert("none"));
    }

    @Test
    void anythingElseIsRefused() {
        for (String text : new String[] {"", "-1", "1.5G", "G", "10X", "9999999999P", "1e3", "unlimited"}) {
            assertThrows(TypeConversionException.class, () -> amount.convert(text), text);
        }
    }

    @Test
    void peopleSeeOneDecimal() {
        assertEquals("1023", Amount.bytes(1023));
        assertEquals("1.5K", Amount.bytes(1536));
        assertEquals("10.0G", Amount.bytes(10L << 30));
    }
}
