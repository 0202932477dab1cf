package io.cffs.test.sim.workload;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.HistoryViolation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Functions append records to one log, most of them blindly. Every acknowledged record is there, each once, whole. */
final class Logs implements Workload {
    private static final String LOG = "/log";
    private long records;

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public void setUp(Files files) {
        files.must(new FsCall.Create(LOG));
    }

    @Override
    public Function next(int client, SplittableRandom random) {
        String note = "record" + records++;
        int padding = random.nextInt(8) == 0 ? random.nextInt(5000) : random.nextInt(40);
        String line = note + " " + "x".repeat(padding) + "\n";
        return switch (random.nextInt(6)) {
            case 0 -> files -> {
                recordsOf(files.text(LOG));
                return true;
            };
            case 1 -> new Noted(note, files -> {
                long before = files.stat(LOG).sizeBytes();
                append(files, line);
                if (files.stat(LOG).sizeBytes() != before + line.length()) {
                    throw new HistoryViolation("an append lengthens by what it appends", note);
                }
                return true;
            });
            case 2 -> new Noted(note, files -> {
                append(files, line.substring(0, 3));
                append(files, line.substring(3));
                return true;
            });
            default -> new Noted(note, files -> {
                append(files, line);
                return true;
            });
        };
    }

    @Override
    public void judge(Files files, Tally tally) {
        List<String> there = recordsOf(files.text(LOG));
        Set<String> allowed = new HashSet<>(tally.committed());
        allowed.addAll(tally.perhaps());
        if (!there.containsAll(tally.committed()) || !allowed.containsAll(there)) {
            throw new HistoryViolation("acknowledged records are there and nothing else is", there.toString());
        }
    }

    private static void append(Files files, String text) {
        files.must(new FsCall.Append(LOG, Bytes.ofUtf8(text)));
    }

    private static List<String> recordsOf(String text) {
        if (!text.matches("(record[0-9]+ x*\n)*")) {
            throw new HistoryViolation("records are whole", text.replaceAll("x+", "x"));
        }
        List<String> records = text.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();
        if (new HashSet<>(records).size() != records.size()) {
            throw new HistoryViolation("a record is there once", records.toString());
        }
        return records;
    }
}
