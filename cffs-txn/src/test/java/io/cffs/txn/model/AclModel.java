package io.cffs.txn.model;

import io.cffs.txn.Credentials;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A POSIX ACL as acl(5) puts it, with one named user and one named group at most.
 *
 * @param mask null for none, as are the names
 */
public record AclModel(int owner, int group, int other, Integer mask, Named user, Named namedGroup) {
    /** Who is named, and what for. */
    public record Named(int id, int permissions) {}

    /** What a step wants to set; null for a removal. */
    static AclModel of(ModelStep step) {
        int number = step.number();
        int named = number >> 12 & 7;
        int names = step.length();
        if (names == 4) {
            return null;
        }
        boolean user = (names & 1) != 0;
        boolean group = (names & 2) != 0;
        return new AclModel(number & 7, number >> 3 & 7, number >> 6 & 7, user || group ? number >> 9 & 7 : null,
                user ? new Named(1000, named) : null, group ? new Named(50, named) : null);
    }

    boolean isMinimal() {
        return mask == null;
    }

    private int groupClass() {
        return mask == null ? group : mask;
    }

    int permissionBits() {
        return owner << 6 | groupClass() << 3 | other;
    }

    /** For who is not the owner. */
    boolean allows(Credentials who, int gid, int wanted) {
        if (user != null && user.id() == who.uid()) {
            return (user.permissions() & groupClass() & wanted) == wanted;
        }
        List<Integer> matching = new ArrayList<>();
        if (who.isMemberOf(gid)) {
            matching.add(group);
        }
        if (namedGroup != null && who.isMemberOf(namedGroup.id())) {
            matching.add(namedGroup.permissions());
        }
        if (matching.isEmpty()) {
            return (other & wanted) == wanted;
        }
        return matching.stream().anyMatch(granted -> (granted & groupClass() & wanted) == wanted);
    }

    /** Cut by AND, or set. */
    AclModel with(int permissions, boolean cut) {
        int keep = cut ? 0 : 0777;
        int newOwner = (owner | keep) & permissions >> 6 & 7;
        int newOther = (other | keep) & permissions & 7;
        int newClass = (groupClass() | keep) & permissions >> 3 & 7;
        return mask == null
                ? new AclModel(newOwner, newClass, newOther, null, user, namedGroup)
                : new AclModel(newOwner, group, newOther, newClass, user, namedGroup);
    }

    /** As the kernel hands it over. */
    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        put(bytes, 1, owner, -1);
        if (user != null) {
            put(bytes, 2, user.permissions(), user.id());
        }
        put(bytes, 4, group, -1);
        if (namedGroup != null) {
            put(bytes, 8, namedGroup.permissions(), namedGroup.id());
        }
        if (mask != null) {
            put(bytes, 16, mask, -1);
        }
        put(bytes, 32, other, -1);
        byte[] form = new byte[bytes.position()];
        bytes.flip().get(form);
        return form;
    }

    private static void put(ByteBuffer bytes, int tag, int permissions, int id) {
        bytes.putShort((short) tag).putShort((short) permissions).putInt(id);
    }
}
