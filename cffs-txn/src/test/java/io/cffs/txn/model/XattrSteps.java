package io.cffs.txn.model;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.Transaction;
import io.cffs.txn.ops.Getxattr;
import io.cffs.txn.ops.Listxattr;
import io.cffs.txn.ops.Removexattr;
import io.cffs.txn.ops.Setxattr;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Steps about extended attributes, on a transaction. */
final class XattrSteps {
    private XattrSteps() {}

    static String run(Transaction tx, Ino ino, ModelStep step) throws FsException {
        if (step.kind() == ModelStep.Kind.SEEK || step.kind() == ModelStep.Kind.MEASURE) {
            return HoleSteps.run(tx, ino, step);
        }
        switch (step.kind()) {
            case SETXATTR -> Setxattr.run(tx, step.who(), ino, nameOf(step), Bytes.owning(step.bytes()),
                    Setxattr.Mode.values()[step.number()], false);
            case REMOVEXATTR -> Removexattr.run(tx, step.who(), ino, nameOf(step));
            case LISTXATTR -> {
                return Listxattr.run(tx, step.who(), ino).stream().map(Name::toString).collect(Collectors.joining(" "));
            }
            case GETXATTR, GETACL -> {
                return ModelRunner.text(Getxattr.run(tx, step.who(), ino, nameOf(step)).toArray());
            }
            case SETACL -> setAcl(tx, ino, step);
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    private static void setAcl(Transaction tx, Ino ino, ModelStep step) throws FsException {
        AclModel acl = AclModel.of(step);
        if (acl == null) {
            Removexattr.run(tx, step.who(), ino, nameOf(step));
        } else {
            Bytes value = Bytes.owning(acl.toBytes());
            Setxattr.run(tx, step.who(), ino, nameOf(step), value, Setxattr.Mode.SET, false);
        }
    }

    private static Name nameOf(ModelStep step) throws FsException {
        Name name = Name.ofXattr(step.other().getBytes(StandardCharsets.UTF_8));
        boolean acl = step.kind() == ModelStep.Kind.SETACL || step.kind() == ModelStep.Kind.GETACL;
        if (acl != (AclNames.flagOf(name) != 0)) {
            throw new AssertionError(step);
        }
        return name;
    }
}
