package io.cffs.test.history;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import java.util.List;

/** What a call answered. */
public sealed interface FsResult {
    record Done() implements FsResult {}

    record Refused(FsError error) implements FsResult {}

    record Content(Bytes bytes) implements FsResult {
        @Override
        public String toString() {
            String text = bytes.toUtf8();
            String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
            return bytes.length() + " bytes \"" + shown.replace("\0", "\\0").replace("\n", "\\n") + "\"";
        }
    }

    /** In byte order. */
    record Names(List<Entry> entries) implements FsResult {
        public Names {
            entries = List.copyOf(entries);
        }
    }

    record Entry(String name, FileType type) {}

    record Stat(FileType type, int permissions, long links, long sizeBytes) implements FsResult {
        /** What validation promises of a directory at its place in the commit order: not its counts. */
        Stat validated() {
            return type == FileType.DIRECTORY ? new Stat(type, permissions, 0, 0) : this;
        }
    }

    FsResult DONE = new Done();

    static FsResult refused(FsError error) {
        return new Refused(error);
    }
}
