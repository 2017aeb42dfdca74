import { XstarError } from "@xstar/core";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "there is no permission",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is a file, not a folder",
  EPERM: "there is no permission",
  EROFS: "the disk is read-only",
};

/** Folders are made where they are missing: one that still does not exist cannot be made. */
const reasonsNotToWrite: Readonly<Record<string, string>> = {
  ...reasons,
  ENOENT: "no such file or folder can be made",
};

/** What the operating system said about a file, as one sentence with an error code of xstar. */
export function explainSystemError(code: "file-not-readable" | "file-not-writable", path: string, error: unknown) {
  const [verb, known] = code === "file-not-readable" ? ["read", reasons] : ["write", reasonsNotToWrite];
  const { code: systemCode = "", message } = error as NodeJS.ErrnoException;
  const isLost = code === "file-not-readable" && systemCode === "ENOENT";
  return new XstarError(code, `Cannot ${verb} "${path}": ${known[systemCode] ?? message}`, {
    ...(isLost && { hint: "Check the name, and the folder: a path begins in the one that the command is run in" }),
    cause: error,
  });
}
