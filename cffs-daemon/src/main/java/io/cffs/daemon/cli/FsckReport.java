package io.cffs.daemon.cli;

import io.cffs.model.VolumeName;
import io.cffs.txn.port.CheckPort;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows what a check finds: lines for people, or JSON lines of schema version 1. Progress goes to people alone. */
final class FsckReport {
    private final Surroundings around;
    private final boolean json;
    private boolean progressShown;

    FsckReport(Surroundings around, boolean json) {
        this.around = around;
        this.json = json;
    }

    void finding(CheckPort.Finding finding) {
        clearProgress();
        if (json) {
            around.out().println(Json.line(facts(finding)));
        } else {
            String where = finding.paths().isEmpty()
                    ? finding.ino() == 0 ? "" : " inode " + finding.ino()
                    : " " + String.join(", ", finding.paths().stream().map(FsckReport::shown).toList());
            around.out().println(finding.check() + where + ": expected " + finding.expected() + ", found "
                    + finding.actual() + (finding.writer() == null ? "" : "; last written by transaction "
                    + finding.writer()) + " (broken: " + finding.promise() + ")");
        }
    }

    private static Map<String, Object> facts(CheckPort.Finding finding) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("v", 1);
        facts.put("type", "finding");
        facts.put("check", finding.check());
        facts.put("severity", "error");
        facts.put("inode", finding.ino());
        facts.put("paths", finding.paths().stream().map(FsckReport::shown).toList());
        if (finding.paths().stream().anyMatch(path -> !isUtf8(path))) {
            facts.put("pathsBase64", finding.paths().stream()
                    .map(path -> Base64.getEncoder().encodeToString(bytesOf(path))).toList());
        }
        facts.put("expected", finding.expected());
        facts.put("actual", finding.actual());
        facts.put("promise", finding.promise());
        facts.put("version", finding.version() == null ? null : finding.version().value());
        facts.put("transaction", finding.writer() == null ? null : finding.writer().toString());
        return facts;
    }

    /** Each character of a reported path is one byte of it. */
    private static byte[] bytesOf(String path) {
        return path.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String shown(String path) {
        return new String(bytesOf(path), StandardCharsets.UTF_8);
    }

    private static boolean isUtf8(String path) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytesOf(path)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    void progress(CheckPort.Report now, boolean late) {
        if (late && Terminals.isTerminal(2)) {
            around.err().printf("\rcffs: checking: %d inodes, %d names, %d blocks ", now.inodes(), now.dentries(),
                    now.blocks());
            around.err().flush();
            progressShown = true;
        }
    }

    private void clearProgress() {
        if (progressShown) {
            around.err().print("\r\033[K");
            around.err().flush();
            progressShown = false;
        }
    }

    void summary(CheckPort.Report end, String source, VolumeName volume) {
        clearProgress();
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("v", 1);
            facts.put("type", "summary");
            facts.put("volume", volume.value());
            facts.put("at", end.at().value());
            facts.put("state", end.state().name().toLowerCase(java.util.Locale.ROOT));
            facts.put("findings", end.findingCount());
            facts.put("scanned", Map.of("inodes", end.inodes(), "names", end.dentries(), "blocks", end.blocks(),
                    "commits", end.commits()));
            around.out().println(Json.line(facts));
        } else {
            around.out().printf("volume %s of %s at commit %d: %s (%d inodes, %d names, %d blocks, %d commits)%n",
                    volume,
                    source, end.at().value(), verdict(end), end.inodes(), end.dentries(), end.blocks(), end.commits());
        }
        around.out().flush();
    }

    private static String verdict(CheckPort.Report end) {
        return switch (end.state()) {
            case COMPLETE -> end.findingCount() == 0 ? "clean" : end.findingCount() + " errors";
            case CANCELLED -> "cancelled";
            case FAILED, RUNNING -> "not finished";
        };
    }
}
