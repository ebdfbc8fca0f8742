; Inno Setup 6: an installer of what `python packaging/product/build.py` has built. UNTESTED: nobody has run it yet.
;   iscc /DVersion=0.1.0 /DFlavour=viewer packaging\windows\leukdesk.iss      writes dist\leukdesk-viewer-0.1.0-setup.exe
; It installs for one user without administrator's rights, or for all (the wizard asks). Removal leaves the user's data
; (%LOCALAPPDATA%\leukdesk); an upgrade replaces the program, and leukdesk migrates its history when it next opens it.

#ifndef Version
  #error Say /DVersion=...
#endif
#ifndef Flavour
  #define Flavour "viewer"
#endif

[Setup]
AppId={{5C0B3A52-6E0B-4C0E-9E0B-7D8B4A1C5F10}
AppName=leukdesk
AppVersion={#Version}
AppPublisher=the leukdesk authors
DefaultDirName={autopf}\leukdesk
DefaultGroupName=leukdesk
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=leukdesk-{#Flavour}-{#Version}-setup
SetupIconFile=..\..\build\work-{#Flavour}\leukdesk.ico
UninstallDisplayIcon={app}\leukdesk.exe
Compression=lzma2/normal
SolidCompression=yes
ChangesAssociations=yes
CloseApplications=yes

[Files]
Source: "..\..\build\{#Flavour}\leukdesk\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; Files of an earlier version that this one no longer has.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\leukdesk"; Filename: "{app}\leukdesk.exe"
Name: "{group}\Remove leukdesk"; Filename: "{uninstallexe}"

[Registry]
; "Open with leukdesk" for images and slides; nothing that opens them now is replaced.
Root: HKA; Subkey: "Software\Classes\Applications\leukdesk.exe\shell\open\command"; ValueType: string; ValueData: """{app}\leukdesk.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.svs\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.ndpi\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.mrxs\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.tif\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.tiff\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.jpg\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.png\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.bmp\OpenWithList\leukdesk.exe"; ValueType: none; Flags: uninsdeletekey

; A model is opened by leukdesk alone, which asks before it imports it.
Root: HKA; Subkey: "Software\Classes\.leukdesk"; ValueType: string; ValueData: "leukdesk.model"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\leukdesk.model"; ValueType: string; ValueData: "Model of leukdesk"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\leukdesk.model\shell\open\command"; ValueType: string; ValueData: """{app}\leukdesk.exe"" ""%1"""; Flags: uninsdeletekey

[Run]
Filename: "{app}\leukdesk.exe"; Parameters: "doctor --self-test"; Description: "Test the installation"; Flags: postinstall unchecked
Filename: "{app}\leukdesk.exe"; Description: "Open leukdesk"; Flags: postinstall nowait skipifsilent
