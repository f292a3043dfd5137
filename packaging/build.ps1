# Build dist\tongcds on Windows 10 (1809) or newer and let the built program test itself.
# Needs Python 3.11 or newer on the path; everything else is installed from the lock file.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

function Invoke-Checked {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program failed with exit code $LASTEXITCODE" }
}

$lean = "build\package-env"
$python = "$lean\Scripts\python.exe"
if (-not (Test-Path $python)) {
    Invoke-Checked "python" @("-m", "venv", $lean)
}
Invoke-Checked $python @("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes",
    "--no-deps", "--only-binary", ":all:", "-r", "packaging\requirements.lock")
Invoke-Checked $python @("scripts\strings.py", "compile")

$env:SOURCE_DATE_EPOCH = (git log -1 --format=%ct)
$env:PYTHONHASHSEED = "1"
Invoke-Checked $python @("-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN",
    "--workpath", "build\package", "--distpath", "dist", "packaging\tongcds.spec")

$env:QT_QPA_PLATFORM = "offscreen"
Invoke-Checked "dist\tongcds\tongcds-console.exe" @("--self-test")
Write-Output "dist\tongcds is ready"
