package io.cffs.txn.model;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import io.cffs.txn.model.FsModel.Node;

/** Who may do what on the model. */
final class ModelRights {
    private ModelRights() {}

    static boolean isOutsider(Credentials who, int gid) {
        return who.uid() != 0 && !who.isMemberOf(gid);
    }

    private static boolean allows(Credentials who, Node node, int wanted) {
        if (who.uid() == 0) {
            return (wanted & 1) == 0 || node.isDirectory() || (node.permissions & 0111) != 0;
        }
        if (who.uid() != node.uid && node.acl != null && (node.permissions & 0070) != 0) {
            return node.acl.allows(who, node.gid, wanted);
        }
        int shift = who.uid() == node.uid ? 6 : who.isMemberOf(node.gid) ? 3 : 0;
        return (node.permissions >> shift & wanted) == wanted;
    }

    static void require(Credentials who, Node node, int wanted) throws FsException {
        if (!allows(who, node, wanted)) {
            throw new FsException(FsError.ACCESS_DENIED);
        }
    }

    static void requireUnstuck(Credentials who, Node directory, Node entry) throws FsException {
        boolean sticky = (directory.permissions & 01000) != 0;
        if (sticky && who.uid() != 0 && who.uid() != directory.uid && who.uid() != entry.uid) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }
}
