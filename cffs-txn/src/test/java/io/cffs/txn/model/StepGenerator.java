package io.cffs.txn.model;

import io.cffs.txn.model.ModelStep.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** Random steps over few names, so that they meet. Each generator has a focus and leaves some kinds out. */
public final class StepGenerator {
    private static final String[] NAMES = {"a", "b", "c", "d", "e"};
    private static final int[] EDGES = {0, 1, 100, 4095, 4096, 4097, 8192, 10_000, 12_288, 131_071, 131_072, 135_168};
    private static final int[] PERMISSIONS =
            {0777, 0755, 0700, 0644, 0600, 01777, 02775, 02777, 04755, 02755, 02644, 0};
    private static final int SLOTS = 3;

    private final SplittableRandom chance;
    private final List<Kind> kinds = new ArrayList<>();
    private final List<String> targets = new ArrayList<>();
    private final boolean rootOnly;
    private final int depthMax;
    private final int nameCount;

    public StepGenerator(SplittableRandom chance) {
        this.chance = chance;
        Focus focus = Focus.values()[chance.nextInt(Focus.values().length)];
        for (Kind kind : focus.kinds) {
            if (kind.compareTo(Kind.COMMIT) < 0 && chance.nextInt(4) != 0) {
                kinds.add(kind);
            }
        }
        kinds.addAll(focus == Focus.NAMES ? List.of(Kind.CREATE, Kind.MKDIR) : List.of(Kind.CREATE, Kind.WRITE));
        rootOnly = focus != Focus.RIGHTS && chance.nextInt(3) != 0;
        depthMax = focus == Focus.BYTES ? 1 : 1 + chance.nextInt(3);
        nameCount = focus == Focus.BYTES ? 1 + chance.nextInt(2) : NAMES.length;
    }

    /** What most steps are about. */
    private enum Focus {
        ALL(Kind.values()),
        BYTES(Kind.WRITE, Kind.WRITE, Kind.READ, Kind.APPEND, Kind.TRUNCATE, Kind.OPEN_TRUNCATE, Kind.STAT, Kind.OPEN,
                Kind.HREAD, Kind.HWRITE, Kind.HAPPEND, Kind.HTRUNCATE, Kind.HSTAT, Kind.UNLINK, Kind.LINK,
                Kind.PUNCH, Kind.PUNCH, Kind.ZERO, Kind.ALLOCATE, Kind.COPY, Kind.COPY, Kind.SEEK, Kind.SEEK,
                        Kind.MEASURE),
        NAMES(Kind.MKDIR, Kind.SYMLINK, Kind.LINK, Kind.UNLINK, Kind.RMDIR, Kind.RENAME, Kind.RENAME, Kind.LIST,
                Kind.LIST, Kind.STAT, Kind.OPEN, Kind.CLOSE, Kind.HSTAT, Kind.CHMOD, Kind.MKNOD),
        RIGHTS(Kind.SETXATTR, Kind.GETXATTR, Kind.LISTXATTR, Kind.REMOVEXATTR, Kind.SETACL, Kind.SETACL, Kind.GETACL,
                Kind.TMPFILE, Kind.ACCESS, Kind.ACCESS, Kind.STAT, Kind.CHMOD, Kind.CHOWN, Kind.MKDIR, Kind.MKNOD,
                Kind.SYMLINK, Kind.LINK, Kind.UNLINK, Kind.RENAME);

        private final Kind[] kinds;

        Focus(Kind... kinds) {
            this.kinds = kinds;
        }
    }

    /** Steps, none of which ends a transaction. */
    public List<ModelStep> steps(int count) {
        List<ModelStep> steps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            steps.add(next());
        }
        return steps;
    }

    /** Steps and an end. */
    public List<ModelStep> transaction(int count) {
        List<ModelStep> steps = steps(count);
        Kind end = chance.nextInt(5) == 0 ? Kind.ABORT : Kind.COMMIT;
        steps.add(new ModelStep(end, "", "", 0, 0, 0));
        return steps;
    }

    private ModelStep next() {
        Kind kind = kinds.get(chance.nextInt(kinds.size()));
        int user = rootOnly ? 0 : chance.nextInt(ModelStep.USERS.length);
        boolean onHandle = kind == Kind.CLOSE || kind.compareTo(Kind.HREAD) >= 0;
        String path = onHandle ? slot() : path();
        return switch (kind) {
            case CHMOD -> new ModelStep(kind, path, "", permissions(), 0, user);
            case CREATE, MKDIR, TMPFILE -> new ModelStep(kind, path, "", permissions(), umask(), user);
            case SETXATTR -> new ModelStep(kind, path, attribute(), chance.nextInt(3), 1 + chance.nextInt(40), user);
            case GETXATTR, REMOVEXATTR -> new ModelStep(kind, path, attribute(), 0, 0, user);
            case SETACL -> new ModelStep(kind, path, acl(), chance.nextInt(1 << 15), chance.nextInt(5), user);
            case GETACL -> new ModelStep(kind, path, acl(), 0, 0, user);
            case MKNOD -> new ModelStep(kind, path, "", permissions(), chance.nextInt(2), user);
            case SYMLINK -> new ModelStep(kind, path, "target" + chance.nextInt(9), 0, 0, user);
            case LINK -> new ModelStep(kind, path, path(), 0, 0, user);
            case RENAME -> new ModelStep(kind, path, path(), chance.nextInt(5), 0, user);
            case WRITE, READ, HWRITE, HREAD -> new ModelStep(kind, path, "", edge(), length(), user);
            case APPEND, HAPPEND -> new ModelStep(kind, path, "", chance.nextInt(1000), length(), user);
            case SEEK -> new ModelStep(kind, path, "", edge(), chance.nextInt(2), user);
            case PUNCH, ZERO, ALLOCATE -> new ModelStep(kind, path, "", edge(), length(), user);
            case COPY -> new ModelStep(kind, path, path(), chance.nextInt(2) == 0 ? 0 : edge(), copied(), user);
            case TRUNCATE, HTRUNCATE -> new ModelStep(kind, path, "", edge(), 0, user);
            case LIST -> new ModelStep(kind, chance.nextBoolean() ? "/" : path, "", 0, 1 + chance.nextInt(6), user);
            case CHOWN -> new ModelStep(kind, path, "", owner(), owner(), user);
            case ACCESS -> new ModelStep(kind, path, "", chance.nextInt(8), 0, user);
            case OPEN -> new ModelStep(kind, path, slot(), chance.nextInt(3) == 0 ? 4 : 6, 0, user);
            case UNLINK, RMDIR, OPEN_TRUNCATE, MEASURE, STAT, READLINK, LISTXATTR, CLOSE, HSTAT ->
                    new ModelStep(kind, path, "", 0, 0, user);
            case COMMIT, ABORT -> throw new AssertionError("no call: " + kind);
        };
    }

    /** From now on most paths are among these, or names below them. */
    public void aimAt(Collection<String> paths) {
        targets.clear();
        targets.addAll(paths);
        targets.remove("/");
    }

    private String path() {
        if (!targets.isEmpty() && chance.nextInt(4) != 0) {
            String target = targets.get(chance.nextInt(targets.size()));
            return chance.nextInt(4) == 0 ? target + "/" + NAMES[chance.nextInt(nameCount)] : target;
        }
        int depth = 1 + chance.nextInt(depthMax);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            path.append('/').append(NAMES[chance.nextInt(nameCount)]);
        }
        return path.toString();
    }

    private String slot() {
        return "#" + chance.nextInt(SLOTS);
    }

    private int permissions() {
        return chance.nextInt(3) > 0 ? 0777 : PERMISSIONS[chance.nextInt(PERMISSIONS.length)];
    }

    private int umask() {
        int[] masks = {0, 0, 0, 022, 077, 0777};
        return masks[chance.nextInt(masks.length)];
    }

    private String attribute() {
        String[] names = {"user.a", "user.b/c", "trusted.d"};
        return names[chance.nextInt(names.length)];
    }

    private String acl() {
        return chance.nextBoolean() ? XattrModel.ACCESS : XattrModel.DEFAULT;
    }

    private int owner() {
        int[] owners = {0, 50, 1000, 1001};
        return owners[chance.nextInt(owners.length)];
    }

    private int edge() {
        return EDGES[chance.nextInt(chance.nextInt(4) == 0 ? EDGES.length : 9)];
    }

    private int copied() {
        return chance.nextInt(3) == 0 ? length() : 131_072 * (1 + chance.nextInt(2)) + chance.nextInt(3);
    }

    private int length() {
        return 1 + (chance.nextBoolean() ? chance.nextInt(200) : edge());
    }
}
