package io.cffs.backend.fsck;

import io.cffs.backend.store.StoreSurvey;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.port.CheckPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the inode numbers of findings into paths, with one more walk over all names. */
final class PathFinder {
    /** Deepest path that is printed whole, in names; also what ends the climb in a loop. */
    private static final int DEPTH_MAX = 2048;

    private record Place(Ino parent, Name name) {}

    private final Map<Ino, Place> directories = new HashMap<>();
    private final Map<Ino, List<Place>> wanted = new HashMap<>();

    private PathFinder() {}

    static void addPaths(List<CheckPort.Finding> findings, StoreSurvey survey) {
        PathFinder finder = new PathFinder();
        Set<Long> inos = new HashSet<>();
        findings.forEach(finding -> inos.add(finding.ino()));
        survey.dentries(new StoreSurvey.DentryReader() {
            @Override
            public void dentry(CommitTs version, Ino parent, Name name, DentryObject dentry) {
                finder.note(new Place(parent, name), dentry, inos.contains(dentry.ino().value()));
            }

            @Override
            public void damaged(CommitTs version, Ino ino, String sentence) {
                // Is a finding already; it is on no path.
            }
        });
        findings.replaceAll(finding ->
                finding.ino() == 0 ? finding : finding.withPaths(finder.pathsOf(new Ino(finding.ino()))));
    }

    private void note(Place place, DentryObject dentry, boolean isWanted) {
        if (dentry.type() == FileType.DIRECTORY) {
            directories.putIfAbsent(dentry.ino(), place);
        }
        if (isWanted) {
            wanted.computeIfAbsent(dentry.ino(), ino -> new ArrayList<>()).add(place);
        }
    }

    private List<String> pathsOf(Ino ino) {
        if (ino.equals(Ino.ROOT)) {
            return List.of("/");
        }
        return wanted.getOrDefault(ino, List.of()).stream().map(this::path).filter(path -> !path.isEmpty())
                .limit(CheckPort.PATHS_MAX).toList();
    }

    /** Empty when the climb does not end at the root. */
    private String path(Place place) {
        StringBuilder path = new StringBuilder();
        Place step = place;
        for (int depth = 0; depth < DEPTH_MAX; depth++) {
            path.insert(0, "/" + new String(step.name().toBytes(), StandardCharsets.ISO_8859_1));
            if (step.parent().equals(Ino.ROOT)) {
                return path.toString();
            }
            step = directories.get(step.parent());
            if (step == null) {
                return "";
            }
        }
        return "";
    }
}
