package io.cffs.backend.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** What an IOException of a write was about: the JDK tells errno as a sentence only. */
public final class FullDisk {
    private FullDisk() {}

    /** Whether there was no room: ENOSPC or EDQUOT. Anything else leaves the disk in doubt. */
    public static boolean isWhy(IOException failed) {
        String reason = failed instanceof FileSystemException named ? named.getReason() : failed.getMessage();
        String words = String.valueOf(reason).toLowerCase(Locale.ROOT);
        return words.contains("no space left") || words.contains("quota exceeded");
    }
}
